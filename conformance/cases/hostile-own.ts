import {
  createVirtualApple,
  KEY_ATTESTATION_DEFECTS,
  type AndroidOptions,
  type KeyAttestationChainDefect,
} from 'attestkit-testing';
import { Android } from '../devices/android.js';
import { recordOf } from '../servers/backend.js';
import type { DeviceKind } from '../devices/device-kinds.js';
import { attest, assert, onceLetIn, type HostileCase, type Scene } from './hostile.js';
import { post, storedKeyId } from '../devices/device.js';
import { IPhone } from '../devices/iphone.js';

type Cases = Readonly<Record<string, HostileCase>>;

/** Attestations of iPhones, and keys that count. */
const ofIPhones: Cases = {
  'attest: evidence over another challenge': attest(
    403,
    'ERR_APP_ATTEST_NONCE_MISMATCH',
    async ({ device }) => device.attestation(await device.challenge(), await device.challenge()),
  ),
  'attest: evidence that is no base64': attest(
    403,
    'ERR_APP_ATTEST_ENCODING_MALFORMED',
    async ({ device }) => ({ ...device.attestation(await device.challenge()), attestation: '!' }),
  ),
  'attest: evidence that is no CBOR': attest(403, 'ERR_APP_ATTEST_CBOR_MALFORMED', async ({ device }) => ({
    ...device.attestation(await device.challenge()),
    attestation: 'AAAA',
  })),
  'attest: evidence of another app': attest(
    403,
    'ERR_APP_ATTEST_APP_ID_MISMATCH',
    async ({ server, send }) => {
      const device = new IPhone(server.apple, send, 'device-1', 'TEAMID1234.com.example.other');
      return device.attestation(await device.challenge());
    },
  ),
  'attest: evidence under another root': attest(
    403,
    'ERR_APP_ATTEST_ROOT_UNKNOWN',
    async ({ server, send }) => {
      const device = new IPhone(createVirtualApple({ now: () => server.clock.now }), send);
      return device.attestation(await device.challenge());
    },
  ),
  'attest: the id of another key': attest(
    403,
    'ERR_APP_ATTEST_KEY_ID_MISMATCH',
    async ({ device, enrolled }) => ({
      ...device.attestation(await device.challenge()),
      key_id: enrolled.key.keyId,
    }),
  ),
  'attest: the key of another device': attest(
    409,
    'ERR_ENROLLMENT_KEY_TAKEN',
    async ({ device, enrolled }) => {
      device.key = enrolled.key;
      return device.attestation(await device.challenge());
    },
  ),
  'attest: a key that was replaced': attest(409, 'ERR_ENROLLMENT_KEY_ENDED', async ({ enrolled, send }) => {
    const { key } = enrolled;
    await onceLetIn(send, post('attest', enrolled.replacement(await enrolled.challenge())));
    return enrolled.reattestation(await enrolled.challenge(), key);
  }),
  'attest: a key that was forgotten': attest(
    409,
    'ERR_ENROLLMENT_KEY_ENDED',
    async ({ enrolled, server }) => {
      await server.guard.devices?.forget(await recordOf(server, enrolled));
      return enrolled.attestation(await enrolled.challenge());
    },
  ),
  'attest: a key that was forgotten, under another label': attest(
    409,
    'ERR_ENROLLMENT_KEY_TAKEN',
    async ({ device, enrolled, server }) => {
      await server.guard.devices?.forget(await recordOf(server, enrolled));
      device.key = enrolled.key;
      return device.attestation(await device.challenge());
    },
  ),
  'attest: a key that was blocked, under another label': attest(
    403,
    'ERR_ENROLLMENT_KEY_BLOCKED',
    async ({ device, enrolled, server }) => {
      await server.guard.devices?.block({ keyId: storedKeyId(enrolled) });
      device.key = enrolled.key;
      return device.attestation(await device.challenge());
    },
  ),
  'assert: a counter that was used': assert(
    401,
    'ERR_ASSERTION_COUNTER_REUSED',
    async ({ enrolled, send }) => {
      if (!(enrolled instanceof IPhone)) throw new Error('the device is no iPhone');
      await onceLetIn(send, post('assert', enrolled.assertion(await enrolled.challenge('assert'))));
      const challenge = await enrolled.challenge('assert');
      const clientData = `attestkit-session-v1\nhttps://api.example.com\ndevice-2\n${challenge}`;
      const assertion = Buffer.from(enrolled.key.assert({ clientData, counter: 1 })).toString('base64');
      return { ...enrolled.assertion(challenge), assertion };
    },
  ),
};

/** An attestation of another device than the usual one. */
function made(code: string, options: Partial<AndroidOptions>): HostileCase {
  return attest(403, code, async ({ send, server }: Scene) => {
    const device = new Android(send, 'device-1', { now: () => server.clock.now, ...options });
    return device.attestation(await device.challenge());
  });
}

/** A certificate chain with a defect. */
function defect(name: KeyAttestationChainDefect): HostileCase {
  return attest(403, KEY_ATTESTATION_DEFECTS[name].code, async ({ send, server }: Scene) => {
    const device = new Android(send, 'device-1', { now: () => server.clock.now });
    const challenge = await device.challenge();
    return device.attestation(challenge, challenge, name);
  });
}

/** Another list in the place of the chain. */
function chain(status: 400 | 403, code: string, list: readonly string[]): HostileCase {
  return attest(status, code, async ({ device }) => ({
    ...device.attestation(await device.challenge()),
    certificate_chain: list,
  }));
}

/** Certificate chains of Android devices. */
const ofAndroid: Cases = {
  'attest: evidence over another challenge': attest(
    403,
    'ERR_KEY_ATTESTATION_CHALLENGE_MISMATCH',
    async ({ device }) => device.attestation(await device.challenge(), await device.challenge()),
  ),
  'attest: an empty chain': chain(400, 'ERR_KEY_ATTESTATION_MISSING', []),
  'attest: a chain that is no base64': chain(403, 'ERR_KEY_ATTESTATION_ENCODING_MALFORMED', ['!', '!', '!']),
  'attest: a chain that is no DER': chain(403, 'ERR_KEY_ATTESTATION_CERTIFICATE_MALFORMED', [
    'AAAA',
    'AAAA',
    'AAAA',
  ]),
  'attest: a leaf alone': defect('leaf-alone'),
  'attest: evidence of another app': made('ERR_KEY_ATTESTATION_PACKAGE_MISMATCH', {
    packageName: 'com.example.other',
  }),
  'attest: evidence of the app, signed by somebody else': made('ERR_KEY_ATTESTATION_DIGEST_MISMATCH', {
    signingDigests: [Buffer.alloc(32, 0x66)],
  }),
  'attest: evidence of an unlocked device': made('ERR_KEY_ATTESTATION_DEVICE_UNLOCKED_DENIED', {
    locked: false,
    bootState: 'UNVERIFIED',
  }),
  'attest: evidence of a system of the owner’s': made('ERR_KEY_ATTESTATION_BOOT_STATE_DENIED', {
    bootState: 'SELF_SIGNED',
  }),
  'attest: evidence under another root': defect('forged-keybox'),
  'attest: evidence under the root of emulators': defect('software-root'),
  'attest: evidence of a key in software': defect('software-level'),
  'attest: evidence of a key that was imported': defect('imported-key'),
  'attest: evidence that a stranger signed': defect('signed-by-stranger'),
  'attest: evidence that an attested key signed': defect('extended-with-fake-attestation'),
  'attest: evidence by a certificate that has expired': defect('attester-expired'),
};

/** What is refused of this kind of device, beside what is refused of every kind. */
export function hostileOfKind({ name }: DeviceKind): Cases {
  return name === 'iPhone' ? ofIPhones : ofAndroid;
}
