import { createHash, createHmac, generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { CLAIM_CHECKS, DEVELOPMENT_CHECKS } from '../../src/development/checks.js';
import { developmentAttester } from '../../src/development/index.js';
import { USED_TOKEN_CHECKS } from '../../src/development/token-checks.js';
import type { Enrolled } from '../../src/ports/enrollment.js';
import { refusal } from '../approov/support/tokens.js';
import { otherTypes, sameType } from '../kernel/support/typ-values.js';
import * as shared from './support/tokens.js';

const { APP, CHALLENGE, CLAIMS, context, development, HEADER, installation, JWK } = shared;
const { keyPair, NOW, OTHER_APP, part, PUBLIC_KEY, requestHash, SECONDS } = shared;
const { signParts, stranger, token } = shared;

const TYPE = 'attestkit-development+jwt';
const CHECKS = { ...USED_TOKEN_CHECKS, ...CLAIM_CHECKS };
const GOOD = token();
const HEAD = part(HEADER);
const OPTIONS = { publicKey: PUBLIC_KEY, appIds: [APP, OTHER_APP], environment: 'development' } as const;
const evidence = developmentAttester(OPTIONS);
const enroll = (sent: string, more: object = {}): Enrolled =>
  evidence.verify({ development: sent }, { ...context, ...more }) as Enrolled;

const POINT = Buffer.concat([
  Buffer.of(4),
  ...[JWK.x, JWK.y].map((each) => Buffer.from(`${each}`, 'base64url')),
]);
const sha256 = (bytes: Buffer | string): string => createHash('sha256').update(bytes).digest('base64url');

describe('enrollment', () => {
  it('vouches for the key of the installation, and says that it is for development', () => {
    expect(enroll(GOOD)).toEqual({
      kind: 'development',
      platform: 'unknown',
      appId: APP,
      environment: 'development',
      integrity: 'app',
      key: {
        id: sha256(POINT),
        thumbprint: sha256(`{"crv":"P-256","kty":"EC","x":"${JWK.x}","y":"${JWK.y}"}`),
        publicKey: installation.publicKey.export({ type: 'spki', format: 'der' }).toString('base64url'),
      },
      attestedAt: NOW,
      virtual: true,
      facts: { development: true },
    });
    expect(evidence).toMatchObject({ kind: 'development', fields: ['development'] });
    expect(evidence.proof).toMatchObject({ parameter: 'signature', counted: false });
    expect(evidence.provesKey).toBeUndefined();
  });

  it.each([
    ['another configured app', { app_id: OTHER_APP }, {}],
    ['an nbf of now', { nbf: SECONDS }, {}],
    ['an exp just after now', { exp: SECONDS + 0.001 }, {}],
    ['a kid, since the server has one key', {}, { kid: 'any' }],
    ['unknown claims', { sub: 'x' }, {}],
  ])('accepts %s', (_, claims, header) => {
    expect(enroll(token(claims, header)).virtual).toBe(true);
  });

  it.each(sameType(TYPE))('accepts the type written %j', (typ) => {
    expect(enroll(token({}, { typ })).virtual).toBe(true);
  });

  it('accepts a token that expired within the leeway', () => {
    const lenient = developmentAttester({ ...OPTIONS, leewaySeconds: 30 });
    const sent = { development: token({ exp: SECONDS - 29 }) };
    expect(lenient.verify(sent, context)).toMatchObject({ virtual: true });
  });
});

/** A MAC whose secret is the public key that the server has, as PEM. */
function confused(): string {
  const input = `${part({ ...HEADER, alg: 'HS256' })}.${part(CLAIMS)}`;
  return `${input}.${createHmac('sha256', PUBLIC_KEY).update(input).digest('base64url')}`;
}

/** The point of the installation with another `y`. */
const OFF_CURVE = { ...JWK, y: Buffer.from(`${JWK.y}`, 'base64url').fill(1, 31).toString('base64url') };
const RSA = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ format: 'jwk' });
const twice = (name: string, first: unknown): string =>
  signParts(HEAD, part(`{"${name}":${JSON.stringify(first)},${JSON.stringify(CLAIMS).slice(1)}`));
const twiceWrong = (name: string, last: unknown): string =>
  signParts(HEAD, part(`${JSON.stringify(CLAIMS).slice(0, -1)},"${name}":${JSON.stringify(last)}}`));

/** One row per way to be wrong: the check, and a token that fails it and none before it. */
const REFUSED: readonly (readonly [keyof typeof CHECKS, string, string, object?])[] = [
  ['size', 'more than 8192 characters', `${GOOD}${'A'.repeat(8192)}`],
  ['encrypted', 'five parts', `${GOOD}.AA.AA`],
  ['compact', 'two parts', GOOD.split('.').slice(0, 2).join('.')],
  ['encoding', 'a padded signature', `${GOOD}=`],
  ['header', 'a header that is not JSON', signParts(part('no'), part(CLAIMS))],
  ['algorithm', 'alg none', `${part({ ...HEADER, alg: 'none' })}.${part(CLAIMS)}.`],
  ['algorithm', 'the public key as the secret of an HMAC', confused()],
  ['algorithm', 'another algorithm in the header', token({}, { alg: 'ES384' })],
  ['critical', 'a critical extension', token({}, { crit: ['b64'], b64: false })],
  ['type', 'no typ', token({}, { typ: undefined })],
  ['type', 'a typ of JWT', token({}, { typ: 'JWT' })],
  ['type', 'a session token', token({}, { typ: 'attested-session+jwt' })],
  ...otherTypes(TYPE).map((typ) => ['type', `a typ of ${JSON.stringify(typ)}`, token({}, { typ })] as const),
  ['signature', 'the key of a stranger', token({}, {}, stranger.privateKey)],
  ['signature', 'the key of the installation', token({}, { jwk: JWK }, installation.privateKey)],
  ['signature', 'no signature', `${HEAD}.${part(CLAIMS)}.`],
  ['signature', 'a signature of zeros', `${HEAD}.${part(CLAIMS)}.${'A'.repeat(86)}`],
  ['payload', 'a payload that is a list', signParts(HEAD, part([CLAIMS]))],
  ['expiryPresent', 'no exp', token({ exp: undefined })],
  ['expiryNumber', 'an exp in a string', token({ exp: `${SECONDS + 300}` })],
  ['expired', 'an exp of now', token({ exp: SECONDS })],
  ['expired', 'a later time', GOOD, { now: NOW + 300_000 }],
  ['notBeforeNumber', 'an nbf in a string', token({ nbf: '1' })],
  ['notBefore', 'an nbf to come', token({ nbf: SECONDS + 1 })],
  ['issuedAtNumber', 'an iat in a string', token({ iat: 'now' })],
  ['appId', 'no app_id', token({ app_id: undefined })],
  ['appId', 'another app', token({ app_id: 'com.evil.app' })],
  ['appId', 'an app_id in a list', token({ app_id: [APP] })],
  ['challenge', 'no challenge', token({ challenge: undefined })],
  ['challenge', 'another challenge', token({ challenge: `${CHALLENGE}A` })],
  ['challenge', 'an earlier challenge', GOOD, { challenge: 'later' }],
  ['challenge', 'a claim twice, of which the last counts', twiceWrong('challenge', 'other')],
  ['requestHash', 'no request_hash', token({ request_hash: undefined })],
  ['requestHash', 'the hash of another challenge', token({ request_hash: requestHash('other') })],
  ['requestHash', 'another device', GOOD, { deviceId: 'device-2' }],
  ['requestHash', 'the hash with padding', token({ request_hash: `${requestHash()}=` })],
  ['confirmation', 'no cnf', token({ cnf: undefined })],
  ['confirmation', 'a cnf that is null', token({ cnf: null })],
  ['confirmation', 'a cnf that is a list', token({ cnf: [{ jwk: JWK }] })],
  ['confirmation', 'a cnf without jwk', token({ cnf: { jkt: 'x' } })],
  ['confirmation', 'a cnf with another member', token({ cnf: { jwk: JWK, kid: 'x' } })],
  ['confirmation', 'a cnf twice, of which the last counts', twiceWrong('cnf', {})],
  ['key', 'a jwk that is text', token({ cnf: { jwk: 'x' } })],
  ['key', 'a private key', token({ cnf: { jwk: installation.privateKey.export({ format: 'jwk' }) } })],
  ['key', 'an empty private member', token({ cnf: { jwk: { ...JWK, d: '' } } })],
  ['key', 'a shared secret', token({ cnf: { jwk: { kty: 'oct', k: 'AAAA' } } })],
  ['key', 'a point off the curve', token({ cnf: { jwk: OFF_CURVE } })],
  ['key', 'the point at zero', token({ cnf: { jwk: { ...JWK, x: 'A'.repeat(43), y: 'A'.repeat(43) } } })],
  ['key', 'no y', token({ cnf: { jwk: { ...JWK, y: undefined } } })],
  ['key', 'another curve', token({ cnf: { jwk: keyPair('P-384').publicKey.export({ format: 'jwk' }) } })],
  ['key', 'an RSA key', token({ cnf: { jwk: RSA } })],
  ['key', 'a key for encryption', token({ cnf: { jwk: { ...JWK, use: 'enc' } } })],
];

describe('a token is refused', () => {
  it.each(REFUSED.map(([name, what, sent, more]) => [name, what, sent, more ?? {}] as const))(
    '%s: %s',
    (name, _, sent, more) => {
      const { code, says } = CHECKS[name];
      expect(refusal(() => enroll(sent, more))).toMatchObject({ code, stage: 'untrusted', message: says });
    },
  );

  it('by every check but that of the key, which needs a kid in the configuration', () => {
    const names = Object.keys(CHECKS).filter((name) => name !== 'key' || CHECKS[name] === CLAIM_CHECKS.key);
    expect(new Set(REFUSED.map(([name]) => name))).toEqual(new Set(names));
  });

  it('if its kid is another one than that of the configured JWK', () => {
    const publicKey = { ...development.publicKey.export({ format: 'jwk' }), kid: 'k1' };
    const named = developmentAttester({ ...OPTIONS, publicKey });
    const verify = (kid?: string): unknown => named.verify({ development: token({}, { kid }) }, context);
    expect(verify('k1')).toMatchObject({ virtual: true });
    expect(verify()).toMatchObject({ virtual: true });
    expect(refusal(() => verify('k2')).code).toBe('ERR_DEVELOPMENT_KEY_UNKNOWN');
  });

  it.each([
    ['absent', {}],
    ['empty', { development: '' }],
    ['in another field', { token: GOOD }],
  ])('if it is %s', (_, fields) => {
    expect(refusal(() => evidence.verify(fields, context))).toMatchObject({
      code: 'ERR_DEVELOPMENT_MISSING',
      stage: 'missing',
    });
  });

  it('wherever it is cut, or a character is replaced', () => {
    for (let at = 1; at < GOOD.length; at += 1) {
      refusal(() => enroll(GOOD.slice(0, at)));
      const other = GOOD[at] === 'A' ? 'B' : 'A';
      refusal(() => enroll(GOOD.slice(0, at) + other + GOOD.slice(at + 1)));
    }
  });

  it('not for a claim twice, if the last one is right', () => {
    expect(enroll(twice('challenge', 'other')).appId).toBe(APP);
  });

  it('with a sentence for the operator if it has a private key', () => {
    const sent = token({ cnf: { jwk: installation.privateKey.export({ format: 'jwk' }) } });
    expect(refusal(() => enroll(sent)).cause).toMatchObject({
      message: 'it has a private or symmetric key',
    });
  });
});

describe('at a refresh', () => {
  it('accepts a device of a configured app, and denies another', () => {
    const enrolled = enroll(token({ app_id: OTHER_APP }));
    expect(evidence.appraise(enrolled, NOW + 86_400_000)).toBeUndefined();
    const later = developmentAttester({ ...OPTIONS, appIds: [APP] });
    expect(refusal(() => later.appraise(enrolled, NOW))).toMatchObject({
      code: 'ERR_DEVELOPMENT_APP_DENIED',
      stage: 'denied',
    });
  });
});

it('has a catalog of distinct codes and names', () => {
  const codes = DEVELOPMENT_CHECKS.map(({ code }) => code);
  expect(new Set(codes).size).toBe(codes.length);
  expect(new Set(DEVELOPMENT_CHECKS.map(({ name }) => name)).size).toBe(codes.length);
  expect(codes.every((code) => code.startsWith('ERR_DEVELOPMENT_'))).toBe(true);
});
