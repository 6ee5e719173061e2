import { createHmac, sign } from 'node:crypto';
import { jwtVerify, SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { CLAIM_CHECKS, TOKEN_CHECKS } from '../../src/app-check/checks.js';
import {
  inspectAppCheckToken,
  verifyAppCheckToken,
  type AppCheckExpectations,
} from '../../src/app-check/index.js';
import { APP_CHECK_CHECKS } from '../../src/app-check/internal.js';
import { refusal } from '../approov/support/tokens.js';
import { vectors, type Vector } from '../vectors.js';
import { otherTypes, sameType } from '../kernel/support/typ-values.js';
import * as shared from './support/tokens.js';

const { APP, CLAIMS, expected, firebase, JWKS, NOW, part, PROJECT, SECONDS } = shared;
const { keyPair, signParts, stranger, token, WEB_APP } = shared;

const CHECKS = { ...TOKEN_CHECKS, ...CLAIM_CHECKS };
const GOOD = token();
const HEADER = part({ alg: 'RS256', typ: 'JWT', kid: 'k1' });
const WEEK = 7 * 86_400;

describe('a genuine token', () => {
  it('gives app, platform and times', () => {
    const claims = { ...CLAIMS, jti: 'once', provider: 'play_integrity' };
    expect(verifyAppCheckToken(token(claims), expected)).toEqual({
      kind: 'appCheck',
      appId: APP,
      platform: 'android',
      expiresAt: (SECONDS + 3540) * 1000,
      issuedAt: (SECONDS - 60) * 1000,
      tokenId: 'once',
      limitedUse: false,
      provider: 'play_integrity',
      notes: [],
      consumed: false,
      claims,
    });
  });

  it('is one that jose makes and reads', async () => {
    const made = await new SignJWT(CLAIMS)
      .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: 'k1' })
      .sign(firebase.privateKey);
    expect(verifyAppCheckToken(made, expected).appId).toBe(APP);
    const options = { issuer: CLAIMS.iss, audience: `projects/${PROJECT}`, currentDate: new Date(NOW) };
    expect((await jwtVerify(GOOD, firebase.publicKey, options)).payload).toEqual(CLAIMS);
  });

  it.each([
    ['another app of the list', { sub: WEB_APP }, {}],
    ['an iat as far ahead as clocks may be', { iat: SECONDS + 60 }, {}],
    ['the longest life', { iat: SECONDS, exp: SECONDS + WEEK }, {}],
    ['no kid, where the set has one key', {}, { kid: undefined }],
  ])('is accepted with %s', (_, claims, header) => {
    expect(verifyAppCheckToken(token(claims, header), expected).kind).toBe('appCheck');
  });

  it('has no jti where that is no text', () => {
    expect(verifyAppCheckToken(token({ jti: 7 }), expected).tokenId).toBeUndefined();
  });

  it.each(sameType('JWT'))('is accepted with the type written %j', (typ) => {
    expect(verifyAppCheckToken(token({}, { typ }), expected).appId).toBe(APP);
  });

  it('passes through every check', () => {
    const inspection = inspectAppCheckToken(token({ nbf: 0 }), expected);
    expect(inspection.verdict).toBe('pass');
    expect(inspection.checks.map(({ code }) => code)).toEqual(Object.values(CHECKS).map(({ code }) => code));
  });
});

it.each([undefined, null, 7, [GOOD], {}, Buffer.from(GOOD)])(
  'what is no text, as a field that is absent or there twice, is no token: %j',
  (sent) => {
    const code = 'ERR_APP_CHECK_TOKEN_MALFORMED';
    expect(() => verifyAppCheckToken(sent as string, expected)).toThrow(expect.objectContaining({ code }));
    expect(inspectAppCheckToken(sent as string, expected)).toMatchObject({ verdict: 'fail', code });
  },
);

/** An HMAC whose secret is Firebase's public key, as PEM. */
function confused(): string {
  const input = `${part({ alg: 'HS256', typ: 'JWT', kid: 'k1' })}.${part(CLAIMS)}`;
  const secret = firebase.publicKey.export({ type: 'spki', format: 'pem' });
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
}

/** By the right key, with another hash. */
function hashed(): string {
  const input = `${part({ alg: 'RS512', typ: 'JWT', kid: 'k1' })}.${part(CLAIMS)}`;
  return `${input}.${sign('sha512', Buffer.from(input), firebase.privateKey).toString('base64url')}`;
}

type Row = readonly [keyof typeof CHECKS, string, string];
const ISSUER = 'https://firebaseappcheck.googleapis.com/';

const REFUSED: readonly Row[] = [
  ['size', 'more than 8192 characters', `${GOOD}${'A'.repeat(8192)}`],
  ['encrypted', 'five parts', `${GOOD}.AA.AA`],
  ['compact', 'nothing', ''],
  ['compact', 'two parts', GOOD.split('.').slice(0, 2).join('.')],
  ['encoding', 'a padded signature', `${GOOD}==`],
  ['encoding', 'a line feed at the end', `${GOOD}\n`],
  ['header', 'a header that is no JSON', signParts(part('no'), part(CLAIMS))],
  ['header', 'a kid that is no text', token({}, { kid: 1 })],
  ['algorithm', 'alg none', `${part({ alg: 'none', typ: 'JWT' })}.${part(CLAIMS)}.`],
  ['algorithm', 'the public key as a secret', confused()],
  ['algorithm', 'another hash', hashed()],
  ['algorithm', 'PS256', token({}, { alg: 'PS256' })],
  ['critical', 'a critical extension', token({}, { crit: ['b64'], b64: false })],
  ['type', 'no type', token({}, { typ: undefined })],
  ['type', 'another type', token({}, { typ: 'at+jwt' })],
  ...otherTypes('JWT').map((typ): Row => ['type', `a typ of ${JSON.stringify(typ)}`, token({}, { typ })]),
  ['key', 'a kid that is not in the set', token({}, { kid: 'k2' })],
  ['signature', 'the key of a stranger', token({}, {}, stranger.privateKey)],
  [
    'signature',
    'a key of its own in the header',
    token({}, { jwk: stranger.publicKey.export({ format: 'jwk' }) }, stranger.privateKey),
  ],
  ['signature', 'no signature', `${HEADER}.${part(CLAIMS)}.`],
  ['signature', 'a signature of zeros', `${HEADER}.${part(CLAIMS)}.${'A'.repeat(342)}`],
  [
    'signature',
    'the signature of another token',
    `${HEADER}.${part({ ...CLAIMS, x: 1 })}.${GOOD.split('.')[2]}`,
  ],
  ['payload', 'a list', signParts(HEADER, part([CLAIMS]))],
  ['expiryPresent', 'no exp', token({ exp: undefined })],
  ['expiryNumber', 'an exp in a text', token({ exp: `${SECONDS + 60}` })],
  ['expired', 'an exp of now', token({ exp: SECONDS })],
  ['expired', 'an exp in the past', token({ exp: SECONDS - 1 })],
  ['notBeforeNumber', 'an nbf in a text', token({ nbf: '1' })],
  ['notBefore', 'an nbf to come', token({ nbf: SECONDS + 1 })],
  ['issuedAtNumber', 'an iat in a text', token({ iat: 'now' })],
  ['issuer', 'no iss', token({ iss: undefined })],
  ['issuer', 'another project', token({ iss: `${ISSUER}999` })],
  ['issuer', 'a project that begins alike', token({ iss: `${CLAIMS.iss}0` })],
  ['issuer', 'the bare prefix', token({ iss: ISSUER })],
  ['issuer', 'another host', token({ iss: `https://evil.example/${PROJECT}` })],
  ['issuer', 'iss in a list', token({ iss: [CLAIMS.iss] })],
  ['audience', 'no aud', token({ aud: undefined })],
  ['audience', 'another project', token({ aud: ['projects/999', 'projects/example-id'] })],
  ['audience', 'the bare number', token({ aud: [PROJECT] })],
  ['audience', 'an object', token({ aud: { 0: `projects/${PROJECT}` } })],
  ['audienceList', 'the project as a text', token({ aud: `projects/${PROJECT}` })],
  ['issuedAt', 'no iat', token({ iat: undefined })],
  ['past', 'an iat just too far ahead', token({ iat: SECONDS + 61 })],
  ['lifetime', 'a life of more than a week', token({ exp: SECONDS - 60 + WEEK + 1 })],
  ['lifetime', 'a life without end', token({ exp: 1e300 })],
  ['lifetime', 'a life of nothing', token({ iat: SECONDS + 9, exp: SECONDS + 9 })],
  ['lifetime', 'an end before its beginning', token({ iat: SECONDS + 9, exp: SECONDS + 8 })],
  ['subject', 'no sub', token({ sub: undefined })],
  ['subject', 'an empty sub', token({ sub: '' })],
  ['subject', 'sub in a list', token({ sub: [APP] })],
  ['app', 'another app', token({ sub: `1:${PROJECT}:android:ffff` })],
  ['app', 'an app that begins alike', token({ sub: `${APP}0` })],
  ['app', 'another case', token({ sub: APP.toUpperCase() })],
  ['provider', 'a provider in a list', token({ provider: ['play_integrity'] })],
  ['debug', 'the debug provider', token({ provider: 'debug' })],
];

describe('a token is refused', () => {
  it.each(REFUSED)('by %s: %s', (name, _, sent) => {
    const { code, says } = CHECKS[name];
    const error = refusal(() => verifyAppCheckToken(sent, expected));
    const stage = name === 'debug' ? 'denied' : 'untrusted';
    expect(error).toMatchObject({ code, stage, message: says });
    expect(inspectAppCheckToken(sent, expected)).toMatchObject({ verdict: 'fail', code });
  });

  it('by every check that it is held to', () => {
    expect(new Set(REFUSED.map(([name]) => name))).toEqual(new Set(Object.keys(CHECKS)));
  });

  it('wherever it is cut', () => {
    for (let length = 0; length < GOOD.length; length += 1) {
      const sent = GOOD.slice(0, length);
      const { code } = refusal(() => verifyAppCheckToken(sent, expected));
      expect(inspectAppCheckToken(sent, expected)).toMatchObject({ verdict: 'fail', code });
    }
  });

  it('a moment after its leeway', () => {
    const rules = { ...expected, leewaySeconds: 30 };
    expect(verifyAppCheckToken(token({ exp: SECONDS - 29 }), rules).appId).toBe(APP);
    expect(refusal(() => verifyAppCheckToken(token({ exp: SECONDS - 30 }), rules)).code).toBe(
      'ERR_APP_CHECK_TOKEN_EXPIRED',
    );
  });
});

describe('the expectations', () => {
  it.each([
    ['projectNumber', { projectNumber: undefined }],
    ['projectNumber', { projectNumber: 'example-id' }],
    ['projectNumber', { projectNumber: 123456789012 }],
    ['projectNumber', { projectNumber: '' }],
    ['appIds', { appIds: undefined }],
    ['appIds', { appIds: [] }],
    ['appIds', { appIds: ['com.example.app'] }],
    ['appIds', { appIds: APP }],
    ['appIds', { appIds: [`${APP}\n`] }],
    ['jwks', { jwks: undefined }],
    ['jwks', { jwks: { keys: [] } }],
    ['jwks', { jwks: { keys: [keyPair(1024).publicKey.export({ format: 'jwk' })] } }],
    ['jwks', { jwks: { keys: [firebase.privateKey.export({ format: 'jwk' })] } }],
    ['leewaySeconds', { leewaySeconds: 61 }],
    ['now', { now: Number.NaN }],
    ['issuer', { issuer: CLAIMS.iss }],
  ])('are refused with a wrong %s', (variable, more) => {
    const rules = { ...expected, ...more } as unknown as AppCheckExpectations;
    const wrong = expect.objectContaining({ name: 'ConfigurationError', variable }) as Error;
    expect(() => verifyAppCheckToken(GOOD, rules)).toThrow(wrong);
    expect(() => inspectAppCheckToken(GOOD, rules)).toThrow(wrong);
  });

  it('name a key by kid where the set has several', () => {
    const jwks = { keys: [...JWKS.keys, { ...stranger.publicKey.export({ format: 'jwk' }), kid: 'k2' }] };
    expect(verifyAppCheckToken(GOOD, { ...expected, jwks }).appId).toBe(APP);
    const unnamed = token({}, { kid: undefined });
    expect(refusal(() => verifyAppCheckToken(unnamed, { ...expected, jwks })).code).toBe(
      'ERR_APP_CHECK_TOKEN_KEY_UNKNOWN',
    );
  });
});

vectors('app-check/firebase-admin-node-mock').run(
  'reads a published key set, and trusts nothing else',
  ([set]) => {
    const jwks = { keys: set?.['keys'] as AppCheckExpectations['jwks']['keys'] };
    const { kid } = jwks.keys[0] as { kid: string };
    const sent = token({}, { kid });
    expect(refusal(() => verifyAppCheckToken(sent, { ...expected, jwks })).code).toBe(
      'ERR_APP_CHECK_TOKEN_SIGNATURE_INVALID',
    );
    expect(refusal(() => verifyAppCheckToken(GOOD, { ...expected, jwks })).code).toBe(
      'ERR_APP_CHECK_TOKEN_KEY_UNKNOWN',
    );
  },
);

vectors('app-check/claims-cases').run(
  'accepts published claims, and refuses each published case',
  ([cases]) => {
    const { payload } = (cases as Vector)['valid'] as { payload: Record<string, unknown> };
    const valid = JSON.parse(JSON.stringify(payload).replaceAll('<project_number>', PROJECT)) as object;
    const times = { iat: SECONDS, exp: SECONDS + 3600 };
    const rules = { ...expected, appIds: ['1:1234:android:1234'] };
    expect(verifyAppCheckToken(token({ ...valid, ...times }), rules).platform).toBe('android');
    // Those above, in the words of the file.
    expect(cases?.['reject']).toHaveLength(7);
  },
);

it('has a catalog of distinct codes and names', () => {
  const codes = APP_CHECK_CHECKS.map(({ code }) => code);
  expect(new Set(codes).size).toBe(codes.length);
  expect(new Set(APP_CHECK_CHECKS.map(({ name }) => name)).size).toBe(codes.length);
  expect(codes.every((code) => code.startsWith('ERR_APP_CHECK_'))).toBe(true);
});
