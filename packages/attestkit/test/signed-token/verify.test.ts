import { createHmac, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../src/kernel/errors.js';
import { CLAIM_CHECKS, TOKEN_CHECKS } from '../../src/signed-token/checks.js';
import {
  inspectSignedToken,
  verifySignedToken,
  type SignedTokenExpectations,
} from '../../src/signed-token/index.js';
import { SIGNED_TOKEN_CHECKS } from '../../src/signed-token/internal.js';
import { refusal } from '../approov/support/tokens.js';
import { otherTypes, sameType } from '../kernel/support/typ-values.js';
import * as shared from './support/tokens.js';

const { APP, attester, CHALLENGE, CLAIMS, DEVICE, expected, JWKS, OTHER_APP } = shared;
const { keyPair, part, SECONDS, signParts, stranger, token } = shared;

const CHECKS = { ...TOKEN_CHECKS, ...CLAIM_CHECKS };
const GOOD = token();
const HEADER = part({ alg: 'ES256', kid: 'k1' });

describe('a genuine token', () => {
  it('gives app, device and expiry', () => {
    const claims = { ...CLAIMS, iss: 'https://attester.example', other: [1] };
    expect(verifySignedToken(token(claims), expected)).toEqual({
      kind: 'signedToken',
      appId: APP,
      deviceId: DEVICE,
      expiresAt: (SECONDS + 300) * 1000,
      claims,
    });
  });

  it.each([
    ['a header without typ', {}, { typ: undefined }],
    ['no kid, where the set has one key', {}, { kid: undefined }],
    ['several audiences, its app among them', { aud: ['https://api.example', APP] }, {}],
    ['another configured app', { aud: OTHER_APP, app_id: OTHER_APP }, {}],
    ['an nbf of now', { nbf: SECONDS }, {}],
    ['an exp just after now', { exp: SECONDS + 0.001 }, {}],
  ])('is accepted with %s', (_, claims, header) => {
    expect(verifySignedToken(token(claims, header), expected).deviceId).toBe(DEVICE);
  });

  it.each(sameType('JWT'))('is accepted with the type written %j', (typ) => {
    expect(verifySignedToken(token({}, { typ }), expected).deviceId).toBe(DEVICE);
  });

  it('may be signed with another algorithm, where that one is pinned', () => {
    const other = keyPair('P-384');
    const jwks = { keys: [other.publicKey.export({ format: 'jwk' })] };
    const input = `${part({ alg: 'ES384' })}.${part(CLAIMS)}`;
    const key = { key: other.privateKey, dsaEncoding: 'ieee-p1363' } as const;
    const sent = `${input}.${sign('sha384', Buffer.from(input), key).toString('base64url')}`;
    expect(verifySignedToken(sent, { ...expected, jwks, algorithm: 'ES384' }).appId).toBe(APP);
    expect(refusal(() => verifySignedToken(sent, expected)).code).toBe('ERR_SIGNED_TOKEN_ALGORITHM_MISMATCH');
  });
});

/** An HMAC whose secret is the attester's public key, as PEM. */
function confused(): string {
  const input = `${part({ alg: 'HS256', kid: 'k1' })}.${part(CLAIMS)}`;
  const secret = attester.publicKey.export({ type: 'spki', format: 'pem' });
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
}

/** One row per way to be wrong: the check, and a token that fails it and none before it. */
type Row = readonly [keyof typeof CHECKS, string, string, Partial<SignedTokenExpectations>?];

const REFUSED: readonly Row[] = [
  ['size', 'more than 8192 characters', `${GOOD}${'A'.repeat(8192)}`],
  ['encrypted', 'five parts', `${GOOD}.AA.AA`],
  ['compact', 'nothing at all', ''],
  ['compact', 'two parts', GOOD.split('.').slice(0, 2).join('.')],
  ['encoding', 'a padded signature', `${GOOD}=`],
  ['encoding', 'a line feed at the end', `${GOOD}\n`],
  ['header', 'a header that is not JSON', signParts(part('no'), part(CLAIMS))],
  ['header', 'a kid that is no string', token({}, { kid: 1 })],
  ['algorithm', 'alg none', `${part({ alg: 'none' })}.${part(CLAIMS)}.`],
  ['algorithm', 'the public key as the secret of an HMAC', confused()],
  ['algorithm', 'another algorithm in the header', token({}, { alg: 'ES384' })],
  ['critical', 'a critical extension', token({}, { crit: ['b64'], b64: false })],
  ['type', 'a session token', token({}, { typ: 'attested-session+jwt' })],
  ['type', 'an access token', token({}, { typ: 'at+jwt' })],
  ...otherTypes('JWT').map((typ) => ['type', `a typ of ${JSON.stringify(typ)}`, token({}, { typ })] as const),
  ['key', 'a kid that is not in the set', token({}, { kid: 'k2' })],
  ['signature', 'the key of a stranger', token({}, {}, stranger.privateKey)],
  [
    'signature',
    'a key of its own in the header',
    token({}, { jwk: stranger.publicKey.export({ format: 'jwk' }) }, stranger.privateKey),
  ],
  ['signature', 'no signature', `${HEADER}.${part(CLAIMS)}.`],
  ['signature', 'the signature of another token', `${HEADER}.${part(CLAIMS)}.${GOOD.split('.')[2]}`],
  ['signature', 'a signature of zeros', `${HEADER}.${part(CLAIMS)}.${'A'.repeat(86)}`],
  ['payload', 'a payload that is a list', signParts(HEADER, part([CLAIMS]))],
  ['payload', 'a payload nested 1,500 deep', signParts(HEADER, part(`${'['.repeat(1500)}`))],
  ['expiryPresent', 'no exp', token({ exp: undefined })],
  ['expiryNumber', 'an exp in a string', token({ exp: `${SECONDS + 300}` })],
  ['expired', 'an exp of now', token({ exp: SECONDS })],
  ['expired', 'an exp just outside the leeway', token({ exp: SECONDS - 30 }), { leewaySeconds: 30 }],
  ['notBeforeNumber', 'an nbf in a string', token({ nbf: '1' })],
  ['notBefore', 'an nbf to come', token({ nbf: SECONDS + 1 })],
  ['issuedAtNumber', 'an iat in a string', token({ iat: 'now' })],
  ['issuer', 'no iss', token(), { issuer: 'https://attester.example' }],
  ['issuer', 'another iss', token({ iss: 'https://evil.example' }), { issuer: 'https://attester.example' }],
  ['audience', 'no aud', token({ aud: undefined })],
  ['audience', 'an aud of another app', token({ aud: 'com.evil.app' })],
  ['audience', 'an aud that begins with the app', token({ aud: `${APP}.evil` })],
  ['audience', 'an aud that is an object', token({ aud: { 0: APP } })],
  ['appId', 'no app_id', token({ app_id: undefined })],
  ['appId', 'an app_id of another app', token({ app_id: 'com.evil.app' })],
  ['appId', 'an app_id in another case', token({ app_id: APP.toUpperCase() })],
  ['appId', 'an app_id in a list', token({ app_id: [APP] })],
  ['sameApp', 'the app_id of one configured app and the aud of another', token({ app_id: OTHER_APP })],
  ['sameApp', 'the same with a list', token({ app_id: OTHER_APP, aud: [APP, 'com.evil.app'] })],
  ['deviceId', 'no device_id', token({ device_id: undefined })],
  ['deviceId', 'another device_id', token({ device_id: 'device-2' })],
  ['deviceId', 'a device_id in a list', token({ device_id: [DEVICE] })],
  ['deviceId', 'a device_id with a space after it', token({ device_id: `${DEVICE} ` })],
  ['challenge', 'no challenge', token({ challenge: undefined })],
  ['challenge', 'another challenge', token({ challenge: `${CHALLENGE}A` })],
  ['challenge', 'a null challenge', token({ challenge: null })],
  ['challenge', 'an empty challenge', token({ challenge: '' })],
];

describe('a token is refused', () => {
  it.each(REFUSED.map(([name, what, sent, more]) => [name, what, sent, more ?? {}] as const))(
    '%s: %s',
    (name, _, sent, more) => {
      const check = CHECKS[name];
      const error = refusal(() => verifySignedToken(sent, { ...expected, ...more }));
      expect(error).toMatchObject({ code: check.code, stage: 'untrusted', message: check.says });
      expect(inspectSignedToken(sent, { ...expected, ...more })).toMatchObject({
        verdict: 'fail',
        code: check.code,
      });
    },
  );

  it('by every check that it is held to', () => {
    expect(new Set(REFUSED.map(([name]) => name))).toEqual(new Set(Object.keys(CHECKS)));
  });

  it('wherever it is cut', () => {
    for (let length = 0; length < GOOD.length; length += 1) {
      const sent = GOOD.slice(0, length);
      const { code } = refusal(() => verifySignedToken(sent, expected));
      expect(inspectSignedToken(sent, expected)).toMatchObject({ verdict: 'fail', code });
    }
  });
});

describe('the inspector', () => {
  it('reports every check of a genuine token', () => {
    const inspection = inspectSignedToken(token({ iss: 'a', nbf: 0, iat: 0 }), { ...expected, issuer: 'a' });
    expect(inspection.verdict).toBe('pass');
    expect(inspection.checks.map((check) => check.code)).toEqual(
      Object.values(CHECKS).map((check) => check.code),
    );
  });

  it('goes on past a failure and says what nothing vouches for', () => {
    const inspection = inspectSignedToken(token({ device_id: 'x' }, {}, stranger.privateKey), expected);
    expect(inspection).toMatchObject({
      verdict: 'fail',
      code: 'ERR_SIGNED_TOKEN_SIGNATURE_INVALID',
      unverified: { deviceId: 'x' },
    });
    const failed = inspection.checks.filter((check) => !check.ok).map((check) => check.code);
    expect(failed).toEqual(['ERR_SIGNED_TOKEN_SIGNATURE_INVALID', 'ERR_SIGNED_TOKEN_DEVICE_ID_MISMATCH']);
  });
});

describe('the expectations', () => {
  it.each([
    ['appIds', { appIds: [] }],
    ['appIds', { appIds: [''] }],
    ['appIds', { appIds: [APP, 7] }],
    ['appIds', { appIds: undefined }],
    ['appIds', { appIds: APP }],
    ['algorithm', { algorithm: 'HS256' }],
    ['algorithm', { algorithm: 'none' }],
    ['algorithm', { algorithm: 'toString' }],
    ['jwks', { jwks: { keys: [] } }],
    ['jwks', { jwks: { keys: [attester.privateKey.export({ format: 'jwk' })] } }],
    ['leewaySeconds', { leewaySeconds: 61 }],
    ['issuer', { issuer: [] }],
    ['deviceId', { deviceId: 7 }],
    ['device', { device: DEVICE }],
  ])('are refused with a wrong %s', (variable, more) => {
    const run = (): unknown =>
      verifySignedToken(GOOD, { ...expected, ...more } as unknown as SignedTokenExpectations);
    expect(run).toThrow(expect.objectContaining({ name: 'ConfigurationError', variable }));
    expect(run).toThrow(ConfigurationError);
  });

  it('name a key by kid where the set has several', () => {
    const jwks = { keys: [...JWKS.keys, { ...stranger.publicKey.export({ format: 'jwk' }), kid: 'k2' }] };
    expect(verifySignedToken(GOOD, { ...expected, jwks }).appId).toBe(APP);
    const unnamed = token({}, { kid: undefined });
    expect(refusal(() => verifySignedToken(unnamed, { ...expected, jwks })).code).toBe(
      'ERR_SIGNED_TOKEN_KEY_UNKNOWN',
    );
  });
});

it('has a catalog of distinct codes and names', () => {
  const codes = SIGNED_TOKEN_CHECKS.map(({ code }) => code);
  expect(new Set(codes).size).toBe(codes.length);
  expect(new Set(SIGNED_TOKEN_CHECKS.map(({ name }) => name)).size).toBe(codes.length);
  expect(codes.every((code) => code.startsWith('ERR_SIGNED_TOKEN_'))).toBe(true);
});
