import { describe, expect, it } from 'vitest';
import { AttestationError } from '../../src/kernel/errors.js';
import { configuredKeys } from '../../src/kernel/jose/key-source.js';
import { remoteJwks } from '../../src/net/index.js';
import type { Enrolled, EnrollmentContext } from '../../src/ports/enrollment.js';
import type { KeySource } from '../../src/ports/keys.js';
import { signedToken, type SignedTokenOptions } from '../../src/signed-token/index.js';
import { refusal } from '../approov/support/tokens.js';
import { jwksServer, text } from '../net/support/jwks-server.js';
import {
  APP,
  attester,
  CHALLENGE,
  DEVICE,
  JWKS,
  NOW,
  OTHER_APP,
  SECONDS,
  stranger,
  token,
} from './support/tokens.js';

const context: EnrollmentContext = {
  challenge: CHALLENGE,
  deviceId: DEVICE,
  now: NOW,
  request: { method: 'POST', target: '/device/attest', fields: () => [] },
  consumeChallenge: () => Promise.reject(new Error('not asked')),
};
const keys = configuredKeys('ES256', [{ algorithm: 'ES256', kid: 'k1', key: attester.publicKey }]);
const evidence = signedToken({ keys, appIds: [APP] });

describe('enrollment', () => {
  it('vouches for the device id, and for no key', () => {
    expect(
      evidence.verify({ token: token({ iat: SECONDS - 5, iss: 'https://a.example' }) }, context),
    ).toEqual({
      kind: 'signedToken',
      platform: 'unknown',
      appId: APP,
      environment: 'unknown',
      integrity: 'app',
      attestedAt: NOW - 5000,
      vouchesForDeviceId: true,
      facts: { issuer: 'https://a.example' },
    });
    expect(evidence).toMatchObject({ kind: 'signedToken', fields: ['token'] });
    expect(evidence.proof).toBeUndefined();
  });

  it.each([
    ['is the time of verification without iat', undefined],
    ['is never in the future', SECONDS + 9],
  ])('dates the evidence, and that %s', (_, iat) => {
    expect(evidence.verify({ token: token({ iat }) }, context)).toMatchObject({ attestedAt: NOW, facts: {} });
  });

  it.each([
    ['no token', {}, context, 'ERR_SIGNED_TOKEN_MISSING', 'missing'],
    ['an empty token', { token: '' }, context, 'ERR_SIGNED_TOKEN_MISSING', 'missing'],
    ['junk', { token: 'x' }, context, 'ERR_SIGNED_TOKEN_MALFORMED', 'untrusted'],
    [
      'a token of another device',
      { token: token() },
      { ...context, deviceId: 'device-2' },
      'ERR_SIGNED_TOKEN_DEVICE_ID_MISMATCH',
      'untrusted',
    ],
    [
      'a token for an earlier challenge',
      { token: token() },
      { ...context, challenge: 'later' },
      'ERR_SIGNED_TOKEN_CHALLENGE_MISMATCH',
      'untrusted',
    ],
    [
      'a token that expired',
      { token: token() },
      { ...context, now: NOW + 300_000 },
      'ERR_SIGNED_TOKEN_EXPIRED',
      'untrusted',
    ],
    [
      'a token of an app that is not configured',
      { token: token({ aud: OTHER_APP, app_id: OTHER_APP }) },
      context,
      'ERR_SIGNED_TOKEN_AUDIENCE_MISMATCH',
      'untrusted',
    ],
    [
      'a token of a stranger',
      { token: token({}, {}, stranger.privateKey) },
      context,
      'ERR_SIGNED_TOKEN_SIGNATURE_INVALID',
      'untrusted',
    ],
  ])('refuses %s', (_, fields, at, code, stage) => {
    expect(refusal(() => evidence.verify(fields, at))).toMatchObject({ code, stage });
  });

  it('reads other fields of the body not at all', () => {
    expect(refusal(() => evidence.verify({ attestation: token() }, context)).stage).toBe('missing');
  });
});

describe('with keys that are fetched', () => {
  it('fetches them once, then answers at once', async () => {
    const server = await jwksServer(text(JSON.stringify(JWKS)));
    const fetched = signedToken({ keys: remoteJwks(server.url, { algorithm: 'ES256' }), appIds: [APP] });
    const first = fetched.verify({ token: token() }, context);
    expect(first).toBeInstanceOf(Promise);
    expect((await first).appId).toBe(APP);
    expect((fetched.verify({ token: token() }, context) as Enrolled).appId).toBe(APP);
    expect(server.requests).toBe(1);
  });

  it('is unavailable where they cannot be had, and that is no verdict', async () => {
    const server = await jwksServer(text('', 500));
    const fetched = signedToken({ keys: remoteJwks(server.url, { algorithm: 'ES256' }), appIds: [APP] });
    const failure = Promise.resolve(fetched.verify({ token: token() }, context));
    await expect(failure).rejects.toMatchObject({ code: 'ERR_JWKS_UNAVAILABLE', stage: 'unavailable' });
    await expect(failure).rejects.toBeInstanceOf(AttestationError);
  });

  it('rejects a token that does not hold', async () => {
    const server = await jwksServer(text(JSON.stringify(JWKS)));
    const fetched = signedToken({ keys: remoteJwks(server.url, { algorithm: 'ES256' }), appIds: [APP] });
    const sent = token({}, {}, stranger.privateKey);
    await expect(Promise.resolve(fetched.verify({ token: sent }, context))).rejects.toMatchObject({
      code: 'ERR_SIGNED_TOKEN_SIGNATURE_INVALID',
    });
  });

  it('fetches nothing for a token that cannot be one', async () => {
    const server = await jwksServer(text(JSON.stringify(JWKS)));
    const fetched = signedToken({ keys: remoteJwks(server.url, { algorithm: 'ES256' }), appIds: [APP] });
    for (const sent of ['x', token({}, { alg: 'HS256' }), token({}, { typ: 'x' })])
      refusal(() => fetched.verify({ token: sent }, context));
    expect(server.requests).toBe(0);
  });
});

describe('at a refresh', () => {
  const enrolled = evidence.verify({ token: token() }, context) as Enrolled;

  it('lets a device of a configured app pass', () => {
    expect(evidence.appraise(enrolled, NOW + 86_400_000)).toBeUndefined();
  });

  it('denies one whose app is configured no more', () => {
    const later = signedToken({ keys, appIds: [OTHER_APP] });
    expect(refusal(() => later.appraise(enrolled, NOW))).toMatchObject({
      code: 'ERR_SIGNED_TOKEN_APP_DENIED',
      stage: 'denied',
    });
  });
});

describe('the options', () => {
  const shared: KeySource = { algorithms: ['HS256'], candidates: () => [], includes: () => false };
  it.each([
    ['keys', { keys: undefined }],
    ['keys', { keys: JWKS }],
    ['algorithm', { keys: shared }],
    ['appIds', { appIds: [] }],
    ['appIds', { appIds: [''] }],
    ['appIds', { appIds: undefined }],
    ['appIds', { appIds: APP }],
    ['issuer', { issuer: '' }],
    ['leewaySeconds', { leewaySeconds: -1 }],
    ['audience', { audience: APP }],
  ])('are refused with a wrong %s', (variable, more) => {
    const run = (): unknown => signedToken({ keys, appIds: [APP], ...more } as unknown as SignedTokenOptions);
    expect(run).toThrow(expect.objectContaining({ name: 'ConfigurationError', variable }));
  });

  it('are copied: a list that is changed later changes nothing', () => {
    const appIds = [APP];
    const copied = signedToken({ keys, appIds });
    appIds[0] = OTHER_APP;
    const other = { token: token({ aud: OTHER_APP, app_id: OTHER_APP }) };
    expect(refusal(() => copied.verify(other, context)).code).toBe('ERR_SIGNED_TOKEN_AUDIENCE_MISMATCH');
  });
});
