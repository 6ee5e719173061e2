// Why this exists: attackers replay genuine objects, too: for another challenge, to another app, at another time. With each
// of these terms the verifier must refuse.
import { encode } from '../../readers/tree.js';
import type { AppAttestKind, Terms } from './objects.js';
import type { Random } from '../../run/random.js';
import { randomBytes } from 'node:crypto';
import { KEYS } from './resign.js';

const DAY = 86_400_000;
const STRANGER = 'TEAMID1234.com.example.stranger';
const DEVICE = encode(KEYS.device.spki);

/** Expectations that a genuine object does not meet, to put over its own. */
export function heldToOther(random: Random, kind: AppAttestKind, terms: Terms): object {
  return random.pick(others[kind])(terms, random);
}

type Other = (terms: Terms, random: Random) => object;

const launches: readonly Other[] = [
  () => ({ category: { allowed: ['developer-id'] } }),
  () => ({ bundleVersion: { allowed: ['no such version'] } }),
];

const others: Readonly<Record<AppAttestKind, readonly Other[]>> = {
  attestation: [
    ...launches,
    otherHash,
    ({ keyId }, random) => ({ keyId: flipped(random, keyId) }),
    (_, random) => ({
      keyId: random.pick([randomBytes(32), randomBytes(31), Buffer.alloc(0), '', 'AAAA', '='.repeat(44)]),
    }),
    () => ({ appIds: [STRANGER, `${STRANGER}.two`] }),
    ({ environment }) => ({ environments: [environment === 'production' ? 'development' : 'production'] }),
    ({ now }, random) => ({ now: now + random.pick([-1, 1]) * 40 * 365 * DAY }),
    ({ now }) => ({ now: now + 3_600_000, maxAgeSeconds: 1 }),
    // The certificates of virtual phones begin a day before they are issued.
    ({ now, root }) =>
      root === undefined ? { minimumOs: '99' } : { now: now - DAY + 3_600_000, maxAgeSeconds: 600 },
    () => ({ minimumOs: '99.1' }),
  ],
  assertion: [
    ...launches,
    otherHash,
    () => ({ appId: STRANGER }),
    () => ({ publicKey: DEVICE }),
    () => ({ previousCounter: 0xffff_ffff }),
    () => ({ previousCounter: 0x8000_0000 }),
  ],
  receipt: [
    () => ({ appIds: [STRANGER] }),
    () => ({ publicKey: DEVICE }),
    ({ environment }) => ({ environment: environment === 'production' ? 'development' : 'production' }),
    () => ({ leafCertificate: DEVICE }),
    () => ({ leafCertificate: new Uint8Array() }),
    () => ({ clientDataHash: randomBytes(32) }),
    ({ now }, random) => ({ now: now + random.pick([100, 4000, 20_000]) * DAY }),
    ({ now }, random) => ({ now: now - random.pick([2, 4000, 20_000]) * DAY }),
    ({ now }) => ({ now: now + 2 * DAY, maxAgeSeconds: 300 }),
  ],
};

function otherHash({ clientDataHash }: Terms, random: Random): object {
  return {
    clientDataHash: random.pick([
      flipped(random, clientDataHash),
      randomBytes(32),
      Buffer.alloc(0),
      Buffer.alloc(32),
    ]),
  };
}

/** Other bytes. */
function flipped(random: Random, bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  if (copy.length > 0) copy.writeUInt8((copy[random.below(copy.length)] ?? 0) ^ 0xff, 0);
  return copy.equals(bytes) ? Buffer.concat([bytes, Buffer.alloc(1)]) : copy;
}
