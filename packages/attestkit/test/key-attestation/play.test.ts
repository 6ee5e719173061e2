import { describe, expect, it } from 'vitest';
import { keyAttestation, type KeyAttestationOptions } from '../../src/key-attestation/index.js';
import { ConfigurationError } from '../../src/kernel/errors.js';
import { enrollmentHash, playIntegrity, playIntegrityKeys } from '../../src/play-integrity/index.js';
import { createVirtualGoogle } from 'attestkit-testing/google';
import type { AndroidOptions } from 'attestkit-testing/android';
import { Backend, claimsOf, Clock, START, tokensOf } from '../sessions/support/backend.js';

const PACKAGE = 'com.example.app';
const DIGEST = 'ab'.repeat(32);
const OWN_KEY = new Uint8Array(32).fill(7);
const OTHER_KEY = new Uint8Array(32).fill(8);

const google = createVirtualGoogle({ now: () => START });
const play = google.playIntegrity({ packageName: PACKAGE, signingDigests: [DIGEST] });
const verdicts = playIntegrity({
  apps: [
    {
      packageName: PACKAGE,
      acceptedCertificates: [DIGEST],
      keys: playIntegrityKeys(play.responseKeys),
    },
  ],
});
const apps = [{ packageName: PACKAGE, signingCertificates: [DIGEST] }];
const options: KeyAttestationOptions = {
  apps,
  roots: google.keyAttestationRoots,
  revocations: 'not-checked',
  playIntegrity: verdicts,
};
const ownSystems: KeyAttestationOptions = {
  ...options,
  verifiedBootKeys: [Buffer.from(OWN_KEY).toString('hex'), Buffer.from(OTHER_KEY).toString('hex')],
  withoutPlay: [Buffer.from(OWN_KEY).toString('base64url')],
};

const serverOf = (more: KeyAttestationOptions = options) => {
  const clock = new Clock();
  return new Backend({ clock, enrollment: [keyAttestation(more)] });
};

/** What a phone sends, of which a test may change anything. */
async function enroll(
  backend: Backend,
  device: Partial<AndroidOptions> = {},
  change: (sent: { readonly challenge: string; readonly token: string }) => object = () => ({}),
) {
  const challenge = await backend.challenge();
  const phone = google.createAndroid({ packageName: PACKAGE, signingDigests: [DIGEST], ...device });
  const chain = phone.generateKey({ challenge }).certificateChain;
  const token = play.classicToken({ nonce: enrollmentHash(challenge, 'phone-1') });
  return backend.post('/attest', {
    challenge,
    device_id: 'phone-1',
    certificate_chain: chain.map((each) => Buffer.from(each).toString('base64')),
    integrity_token: token,
    ...change({ challenge, token }),
  });
}

const alone = () => ({ integrity_token: undefined });

describe('a key attestation with a verdict of Play in one body', () => {
  it('makes one record with one key, which signs, and one session that says what both said', async () => {
    const backend = serverOf();
    const { session } = tokensOf(await enroll(backend));
    const device = await backend.device();
    expect(device?.enrolled).toMatchObject({ kind: 'keyAttestation', beside: { kind: 'playIntegrity' } });
    expect(device?.enrolled.key?.algorithm).toBe('ecdsa-sha256');
    expect(claimsOf(session)).toMatchObject({
      attestation: { facts: { bootState: 'VERIFIED', playIntegrity: { appVerdict: 'PLAY_RECOGNIZED' } } },
    });
  });

  it.each<[string, (sent: { readonly challenge: string }) => object, string]>([
    ['without the verdict', alone, 'ERR_ENROLLMENT_COMPANION_MISSING'],
    [
      'with a verdict over another challenge',
      () => ({ integrity_token: play.classicToken({ nonce: enrollmentHash('another', 'phone-1') }) }),
      'ERR_PLAY_INTEGRITY_BINDING_MISMATCH',
    ],
    [
      'with a verdict for another label',
      ({ challenge }) => ({
        integrity_token: play.classicToken({ nonce: enrollmentHash(challenge, 'phone-2') }),
      }),
      'ERR_PLAY_INTEGRITY_BINDING_MISMATCH',
    ],
    [
      'with a verdict of a device without integrity',
      ({ challenge }) => ({
        integrity_token: play.classicToken({ nonce: enrollmentHash(challenge, 'phone-1') }, 'basic-device'),
      }),
      'ERR_PLAY_INTEGRITY_DEVICE_DENIED',
    ],
  ])('is refused %s', async (_, change, code) => {
    const backend = serverOf();
    const reply = await enroll(backend, {}, change);
    expect([reply.status, reply.code]).toEqual([403, code]);
    expect(await backend.device()).toBeUndefined();
  });

  it('is refused where the verdict is about another app than the key', async () => {
    const other = google.playIntegrity({ packageName: 'com.other.app', signingDigests: [DIGEST] });
    const both = playIntegrity({
      apps: [
        {
          packageName: 'com.other.app',
          acceptedCertificates: [DIGEST],
          keys: playIntegrityKeys(other.responseKeys),
        },
      ],
    });
    const backend = serverOf({ ...options, playIntegrity: both });
    const reply = await enroll(backend, {}, ({ challenge }) => ({
      integrity_token: other.classicToken({ nonce: enrollmentHash(challenge, 'phone-1') }),
    }));
    expect([reply.status, reply.code]).toEqual([403, 'ERR_ENROLLMENT_COMPANION_MISMATCH']);
  });
});

describe('whether the verdict may be missing', () => {
  it('is decided by the attested system alone', async () => {
    const own = { bootState: 'SELF_SIGNED', verifiedBootKey: OWN_KEY } as const;
    expect((await enroll(serverOf(ownSystems), own, alone)).status).toBe(200);
    expect((await enroll(serverOf(ownSystems), own)).status).toBe(200);
    const other = { bootState: 'SELF_SIGNED', verifiedBootKey: OTHER_KEY } as const;
    for (const device of [other, {}, { verifiedBootKey: OWN_KEY }]) {
      const reply = await enroll(serverOf(ownSystems), device, alone);
      expect([reply.status, reply.code]).toEqual([403, 'ERR_ENROLLMENT_COMPANION_MISSING']);
    }
    const unlocked = await enroll(
      serverOf({ ...ownSystems, verifiedBootKeys: [], verifiedBoot: 'any' }),
      { ...own, locked: false },
      alone,
    );
    expect(unlocked.code).toBe('ERR_ENROLLMENT_COMPANION_MISSING');
  });

  it('is asked again at a refresh, by the list of now', async () => {
    const before = serverOf(ownSystems);
    const own = { bootState: 'SELF_SIGNED', verifiedBootKey: OWN_KEY } as const;
    const { refresh } = tokensOf(await enroll(before, own, alone));
    const { withoutPlay: _none, ...strict } = ownSystems;
    const after = new Backend({
      clock: before.clock,
      store: before.store,
      enrollment: [keyAttestation(strict)],
    });
    const reply = await after.refresh(refresh);
    expect([reply.status, reply.code]).toEqual([401, 'ERR_ENROLLMENT_COMPANION_MISSING']);
    expect((await before.refresh(refresh)).status).toBe(200);
  });
});

it.each<[string, object, string]>([
  ['withoutPlay alone', { playIntegrity: undefined, withoutPlay: [] }, 'withoutPlay'],
  ['a key that is not one', { withoutPlay: ['abc'] }, 'withoutPlay'],
  [
    'evidence with a key beside it',
    { playIntegrity: keyAttestation({ ...options, playIntegrity: undefined }) },
    'playIntegrity',
  ],
  ['no evidence beside it', { playIntegrity: {} }, 'playIntegrity'],
])('a configuration with %s is refused', (_, change, variable) => {
  const misconfigured = () => keyAttestation({ ...options, ...change });
  expect(misconfigured).toThrow(ConfigurationError);
  expect(misconfigured).toThrow(expect.objectContaining({ variable }));
});
