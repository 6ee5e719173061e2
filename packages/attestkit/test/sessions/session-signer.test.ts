import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { AttestationError } from '../../src/kernel/errors.js';
import { readSecrets } from '../../src/sessions/tokens/derived-keys.js';
import { sessionKeys, type SessionKeys } from '../../src/sessions/tokens/session-signer.js';
import {
  inspectSessionToken,
  verifySessionToken,
  type SessionClaims,
} from '../../src/sessions/tokens/session-token.js';

const NOW = Date.parse('2026-06-01T12:00:00Z');
const CLAIMS: SessionClaims = {
  type: 'attested_session',
  device_id: 'phone-1',
  iat: NOW / 1000,
  exp: NOW / 1000 + 1800,
  jti: 'jti-1',
  sid: 'sid-1',
  rid: 'rid-1',
  kind: 'appAttest',
  attestation: { platform: 'ios', app_id: 'app', environment: 'production', attested_at: 0, facts: {} },
};
const SECRETS = readSecrets(randomBytes(48).toString('base64'), 'secret');
const EC = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const ED = generateKeyPairSync('ed25519');
const PAIR = sessionKeys({ algorithm: 'ES256', privateKey: EC.privateKey }, SECRETS);
const verify = (sent: string, keys: SessionKeys) =>
  verifySessionToken(sent, { keys: keys.source, now: NOW }).deviceId;

describe('a signer of the user’s own', () => {
  const signer = (making: (input: Uint8Array) => unknown): SessionKeys =>
    sessionKeys({ algorithm: 'ES256', publicKey: EC.publicKey, sign: making as () => Uint8Array }, SECRETS);
  const raw = (input: Uint8Array) => sign('sha256', input, { key: EC.privateKey, dsaEncoding: 'ieee-p1363' });

  it('signs, at once or later, what every instance verifies', async () => {
    for (const making of [raw, (input: Uint8Array) => Promise.resolve(new Uint8Array(raw(input)))]) {
      const keys = signer(making);
      const sent = await keys.sign(CLAIMS);
      expect(verify(sent, keys)).toBe('phone-1');
      expect(verify(sent, PAIR)).toBe('phone-1');
      expect(keys.jwks()).toEqual(PAIR.jwks());
    }
  });

  it('signs EdDSA too', async () => {
    const keys = sessionKeys(
      {
        algorithm: 'EdDSA',
        publicKey: ED.publicKey,
        sign: (input) => sign(null, input, ED.privateKey),
      },
      SECRETS,
    );
    expect(verify(await keys.sign(CLAIMS), keys)).toBe('phone-1');
  });

  const failure = async (making: (input: Uint8Array) => unknown): Promise<AttestationError> => {
    try {
      await signer(making).sign(CLAIMS);
    } catch (error) {
      if (error instanceof AttestationError) return error;
      throw error;
    }
    throw new Error('a token was given out');
  };

  it.each([
    [
      'throws',
      () => {
        throw new Error('down');
      },
    ],
    ['rejects', () => Promise.reject(new Error('down'))],
    ['gives nothing', () => undefined],
    ['gives text', (input: Uint8Array) => raw(input).toString('base64url')],
    ['gives no bytes', () => new Uint8Array()],
    ['gives DER', (input: Uint8Array) => sign('sha256', input, EC.privateKey)],
    ['signs the digest of the digest', (input: Uint8Array) => raw(raw(input))],
    [
      'signs with another key',
      (input: Uint8Array) =>
        sign('sha256', input, {
          key: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
          dsaEncoding: 'ieee-p1363',
        }),
    ],
    ['cuts the signature', (input: Uint8Array) => raw(input).subarray(1)],
  ])('that %s gives out no token', async (_, making) => {
    const error = await failure(making);
    expect([error.code, error.stage]).toEqual(['ERR_SESSION_SIGNER_FAILED', 'unavailable']);
  });

  it('keeps the cause of its failure', async () => {
    const cause = new Error('down');
    expect((await failure(() => Promise.reject(cause))).cause).toBe(cause);
  });
});

it('a header without an algorithm is inspected to the end', () => {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  for (const header of [{}, { kid: 'other' }]) {
    const sent = `${part(header)}.${part(CLAIMS)}.AAAA`;
    const inspection = inspectSessionToken(sent, { keys: PAIR.source, now: NOW });
    expect(inspection).toMatchObject({ verdict: 'fail', code: 'ERR_SESSION_ALGORITHM_MISMATCH' });
    expect(inspection.checks.at(-1)?.code).toBe('ERR_SESSION_BINDING_CLAIM_INVALID');
  }
});
