import { describe, expect, it } from 'vitest';
import { createVirtualGoogle } from 'attestkit-testing/google';
import { keyAttestation } from '../../src/key-attestation/index.js';
import { refreshBytes, sessionBytes } from '../../src/sessions/index.js';
import {
  AUDIENCE,
  Backend,
  bearer,
  Clock,
  outcome,
  tokensOf,
  type BackendOptions,
} from './support/backend.js';
import { ALONE, BESIDE, PAY } from './support/signing-device.js';

const DIGEST = 'ab'.repeat(32);
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

const clockOfGoogle = new Clock();
const google = createVirtualGoogle({ now: clockOfGoogle.now });

/** A server that takes Android keys, and an enrolled device. Such keys have no counter: they sign a challenge. */
async function android(options: BackendOptions = {}) {
  const app = { packageName: 'com.example.app', signingDigests: [DIGEST] };
  const phone = google.createAndroid(app);
  const evidence = keyAttestation({
    apps: [{ packageName: app.packageName, signingCertificates: [DIGEST] }],
    revocations: 'not-checked',
    roots: google.keyAttestationRoots,
  });
  const backend = new Backend({ enrollment: [evidence], ...options });
  const challenge = await backend.challenge();
  const key = phone.generateKey({ challenge });
  const chain = key.certificateChain.map(base64);
  const body = { challenge, device_id: 'phone-1', certificate_chain: chain };
  return { backend, key, body, enroll: () => backend.post('/attest', body) };
}

describe('a device with an Android key', () => {
  it.each([['text'], [[1, 2]], [[]], [{}], [undefined]])(
    'does not enroll with certificates that are %j',
    async (certificate_chain) => {
      const { backend, body } = await android();
      const reply = await backend.post('/attest', { ...body, certificate_chain });
      expect(reply.status).toBe(400);
    },
  );

  it('gets a session by a signature, and refreshes by one where that is asked for', async () => {
    const { backend, key, enroll } = await android({ sessions: { refresh: 'proof' } });
    const { refresh } = tokensOf(await enroll());
    expect(await backend.refresh(refresh)).toMatchObject({ code: 'ERR_REFRESH_PROOF_MISSING' });
    const clientData = refreshBytes({ audience: AUDIENCE, deviceId: 'phone-1', refreshToken: refresh });
    const signature = base64(key.sign(clientData));
    const proof = { refresh_token: refresh, signature };
    expect(await backend.post('/refresh', { refresh_token: refresh, assertion: signature })).toMatchObject({
      code: 'ERR_REFRESH_PROOF_MISSING',
    });
    expect((await backend.post('/refresh', proof)).status).toBe(200);

    const challenge = await backend.challenge('phone-1', 'assert');
    const lines = sessionBytes({ audience: AUDIENCE, deviceId: 'phone-1', challenge });
    const exchange = {
      challenge,
      device_id: 'phone-1',
      key_id: key.keyId,
      signature: base64(key.sign(lines)),
    };
    expect((await backend.post('/assert', exchange)).status).toBe(200);
    expect((await backend.post('/assert', exchange)).code).toBe('ERR_CHALLENGE_REUSED');
  });

  it('signs a challenge in each request, once', async () => {
    const { backend, key, enroll } = await android();
    const { session } = tokensOf(await enroll());
    const check = async (challenge: string | undefined, isAlone: boolean) => {
      const signed = key.signRequest({ audience: AUDIENCE, ...PAY, ...(challenge && { challenge }) });
      const fields = isAlone
        ? { authorization: signed.authorization }
        : { ...bearer(session), 'x-app-attest': signed.xAppAttest };
      return outcome(await backend.check({ ...PAY, fields }, isAlone ? ALONE : BESIDE));
    };
    for (const isAlone of [true, false]) {
      expect(await check(undefined, isAlone)).toBe('ERR_ASSERTION_CHALLENGE_MISSING');
      const challenge = await backend.challenge('phone-1', 'request');
      expect(await check(challenge, isAlone)).toBe('accepted');
      expect(await check(challenge, isAlone)).toBe('ERR_CHALLENGE_REUSED');
    }
  });
});
