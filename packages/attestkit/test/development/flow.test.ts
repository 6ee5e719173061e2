import { describe, expect, it } from 'vitest';
import { createGuard } from '../../src/create-guard.js';
import { developmentAttester } from '../../src/development/index.js';
import { devices } from '../../src/devices/index.js';
import { keyAttestation } from '../../src/key-attestation/index.js';
import { requestBytes, sessionBytes } from '../../src/sessions/index.js';
import { memoryStore } from '../../src/stores/memory.js';
import { token as approovToken } from '../approov/support/tokens.js';
import * as support from '../sessions/support/backend.js';
import { APP, installation, keyPair, PUBLIC_KEY, requestHash, signed, token } from './support/tokens.js';

const { AUDIENCE, Backend, bearer, claimsOf, outcome, START, tokensOf } = support;
type Reply = support.Reply;

const PHONE = 'phone-1';
const PAY = { method: 'POST', target: '/v1/pay?amount=1', body: '{"to":"bob"}' };
const attester = (appIds = [APP]) =>
  developmentAttester({ publicKey: PUBLIC_KEY, appIds, environment: 'development' });

function tokenFor(challenge: string, pair = installation): string {
  return token({
    challenge,
    request_hash: requestHash(challenge, PHONE),
    cnf: { jwk: pair.publicKey.export({ format: 'jwk' }) },
    exp: START / 1000 + 60,
  });
}

async function enroll(backend: support.Backend, pair = installation): Promise<Reply> {
  const challenge = await backend.challenge(PHONE);
  return backend.post('/attest', { challenge, device_id: PHONE, development: tokenFor(challenge, pair) });
}

async function enrolled() {
  const backend = new Backend({ enrollment: [attester()] });
  const tokens = tokensOf(await enroll(backend));
  const keyId = (await backend.device(PHONE))?.enrolled.key?.id ?? '';
  return { backend, tokens, keyId };
}

function bytesOf(challenge: string, { method, target, body } = PAY): Uint8Array {
  const named = challenge === '' ? {} : { challenge };
  return requestBytes({ audience: AUDIENCE, method, target, body: Buffer.from(body), ...named });
}

describe('a development device', () => {
  it('enrolls, and its session, its token, its record and its events say so', async () => {
    const { backend, tokens } = await enrolled();
    const decision = await backend.check({ fields: bearer(tokens.session) });
    expect(decision).toMatchObject({
      outcome: 'accept',
      results: {
        session: {
          attestation: {
            virtual: true,
            environment: 'development',
            integrity: 'app',
            platform: 'unknown',
            facts: { development: true },
          },
        },
      },
    });
    expect(claimsOf(tokens.session)).toMatchObject({
      kind: 'development',
      attestation: { virtual: true, environment: 'development' },
    });
    expect((await backend.device(PHONE))?.enrolled).toMatchObject({ kind: 'development', virtual: true });
    expect(backend.events.at(-1)).toMatchObject({
      endpoint: 'attest',
      evidence: 'development',
      app: { id: APP },
    });
    expect(backend.lastChange).toMatchObject({
      change: 'enrolled',
      evidence: 'development',
      app: { id: APP },
    });
  });

  it('refreshes, and no more once its app is not configured', async () => {
    const { backend, tokens } = await enrolled();
    const next = tokensOf(await backend.refresh(tokens.refresh));
    expect(claimsOf(next.session)).toMatchObject({ attestation: { virtual: true } });
    expect(backend.events.at(-1)).toMatchObject({ endpoint: 'refresh', evidence: 'development' });
    const changed = new Backend({ enrollment: [attester(['com.example.other'])], store: backend.store });
    expect((await changed.refresh(next.refresh)).code).toBe('ERR_DEVELOPMENT_APP_DENIED');
  });

  it('gets a session by its signature', async () => {
    const { backend, keyId } = await enrolled();
    const challenge = await backend.challenge(PHONE, 'assert');
    const bytes = sessionBytes({ audience: AUDIENCE, deviceId: PHONE, challenge });
    const body = { challenge, device_id: PHONE, key_id: keyId };
    const forged = await backend.post('/assert', { ...body, signature: signed('other').toString('base64') });
    expect(forged.code).toBe('ERR_DEVELOPMENT_REQUEST_SIGNATURE_INVALID');
    const reply = await backend.post('/assert', { ...body, signature: signed(bytes).toString('base64url') });
    expect(claimsOf(tokensOf(reply).session)).toMatchObject({ kind: 'development' });
  });

  it('signs requests with a challenge, once, and never without', async () => {
    const { backend, tokens, keyId } = await enrolled();
    const send = async (sent: typeof PAY, challenge: string, by = installation) => {
      const signature = signed(bytesOf(challenge), by.privateKey).toString('base64');
      const suffix = challenge === '' ? '' : `; challenge=${challenge}`;
      const proof = `v=1; key_id=${keyId}; signature=${signature}${suffix}`;
      const fields = { ...bearer(tokens.session), 'x-app-attest': proof };
      return outcome(await backend.check({ ...sent, fields }, { signedRequest: true }));
    };
    const ask = () => backend.challenge(PHONE, 'request');
    const challenge = await ask();
    expect(await send(PAY, challenge)).toBe('accepted');
    expect(await send(PAY, challenge)).toBe('ERR_CHALLENGE_REUSED');
    expect(await send(PAY, '')).toBe('ERR_ASSERTION_CHALLENGE_MISSING');
    expect(await send({ ...PAY, body: '{"to":"eve"}' }, await ask())).toBe(
      'ERR_DEVELOPMENT_REQUEST_SIGNATURE_INVALID',
    );
    expect(await send(PAY, await ask(), keyPair())).toBe('ERR_DEVELOPMENT_REQUEST_SIGNATURE_INVALID');
  });

  it('does not take the label of another by a token alone', async () => {
    const { backend } = await enrolled();
    expect((await enroll(backend, keyPair())).status).toBe(409);
  });

  it('uses a challenge once', async () => {
    const { backend } = await enrolled();
    const challenge = await backend.challenge(PHONE);
    const body = { challenge, device_id: PHONE, development: tokenFor(challenge) };
    const other = await backend.post('/attest', { ...body, device_id: 'phone-2' });
    expect(other.code).toMatch(/^ERR_CHALLENGE_/);
    await backend.post('/attest', body);
    expect((await backend.post('/attest', body)).status).not.toBe(200);
  });

  it.each([
    ['a session token', (session: string) => session],
    ['an Approov token', () => approovToken()],
  ])('does not enroll with %s instead', async (_, other) => {
    const { backend, tokens } = await enrolled();
    const challenge = await backend.challenge(PHONE);
    const body = { challenge, device_id: PHONE, development: other(tokens.session) };
    expect((await backend.post('/attest', body)).code).toBe('ERR_DEVELOPMENT_ALGORITHM_MISMATCH');
  });

  it('is kept out by a policy for production', async () => {
    const backend = new Backend({ enrollment: [attester()], policy: { environments: ['production'] } });
    expect((await enroll(backend)).code).toMatch(/^ERR_POLICY_/);
  });

  it('needs the name of the audience, as every device with a key', () => {
    const secret = support.newSecret();
    const unnamed = devices({ evidence: [attester()], secret, store: memoryStore() });
    expect(() => createGuard({ devices: unnamed })).toThrow(
      expect.objectContaining({ name: 'ConfigurationError', variable: 'devices.audience' }),
    );
  });

  it('is not accepted beside Android keys, which sign by the same parameter', () => {
    const apps = [{ packageName: APP, signingCertificates: ['ab'.repeat(32)] }];
    const android = keyAttestation({ apps, revocations: 'not-checked' });
    expect(() => new Backend({ enrollment: [android, attester()] })).toThrow('cannot be told apart');
  });
});
