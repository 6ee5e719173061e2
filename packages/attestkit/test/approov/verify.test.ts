import { describe, expect, it } from 'vitest';
import {
  inspectApproovToken,
  verifyApproovToken,
  type ApproovTokenExpectations,
} from '../../src/approov/index.js';
import { TOKEN_CHECKS as CHECKS } from '../../src/approov/checks.js';
import { otherTypes, sameType } from '../kernel/support/typ-values.js';
import { KEYS, NOW, part, refusal, SECONDS, SECRET, signParts, token } from './support/tokens.js';

const expected: ApproovTokenExpectations = { keys: KEYS, now: NOW };
const HEADER = part({ alg: 'HS256', typ: 'JWT' });
const PAYLOAD = part({ exp: SECONDS + 300 });
const GOOD = token();
const [, , MAC = ''] = GOOD.split('.');

describe('a genuine token', () => {
  it('gives its claims under their plain names, and as signed', () => {
    const claims = {
      exp: 4708683205.891912,
      did: 'ExampleApproovTokenDID==',
      ip: '1.2.3.4',
      arc: 'EAM2W37PSU',
      anno: ['rooted'],
      ipk: 'MFkw',
      iss: 'account.approov.io',
      aud: 'api.example.com',
      embed: { 'recap:v2': 1 },
      other: [1],
    };
    const result = verifyApproovToken(token(claims), expected);
    const { did, ip, arc, anno, ipk, iss, aud, embed } = claims;
    expect(result).toEqual({
      kind: 'approov',
      bound: false,
      expiresAt: 4708683205891.912,
      deviceId: did,
      address: ip,
      responseCode: arc,
      annotations: anno,
      installationKey: ipk,
      issuer: iss,
      audience: aud,
      webProtection: embed,
      claims,
    });
  });

  it('gives an audience that is a list, and leaves out a list of mixed types', () => {
    const result = verifyApproovToken(token({ aud: ['a', 'b'], anno: ['rooted', 1] }), expected);
    expect(result.audience).toEqual(['a', 'b']);
    expect(result.annotations).toBeUndefined();
  });

  it('names the owner of an option that is misspelt', () => {
    const misspelt = { ...expected, issuers: 'x' } as ApproovTokenExpectations;
    expect(() => verifyApproovToken(GOOD, misspelt)).toThrow('is not an option of verifyApproovToken.');
  });

  it('leaves out a member whose claim has another type than documented', () => {
    const result = verifyApproovToken(
      token({ did: 7, ip: null, anno: [1], aud: {}, embed: [], ipk: true }),
      expected,
    );
    expect([
      result.deviceId,
      result.address,
      result.annotations,
      result.audience,
      result.webProtection,
      result.installationKey,
    ]).toEqual(Array(6).fill(undefined));
    expect(result.claims['did']).toBe(7);
  });

  it.each([
    ['a header without typ', { typ: undefined }],
    ['a kid, where the secret has none', { kid: 'any' }],
    ['unknown header parameters', { jku: 'https://evil.example', jwk: { kty: 'oct' }, x5u: 'x' }],
  ])('is accepted with %s', (_, header) => {
    expect(verifyApproovToken(token({}, header), expected).expiresAt).toBe((SECONDS + 300) * 1000);
  });

  it.each(sameType('JWT'))('is accepted with the type written %j', (typ) => {
    expect(verifyApproovToken(token({}, { typ }), expected).expiresAt).toBe((SECONDS + 300) * 1000);
  });

  it.each([
    ['nbf now', { nbf: SECONDS }],
    ['exp just after now', { exp: SECONDS + 0.001 }],
    ['a huge exp', { exp: 1e15 }],
    ['an iat', { iat: SECONDS - 1 }],
  ])('is accepted with %s', (_, claims) => {
    expect(verifyApproovToken(token(claims), expected).kind).toBe('approov');
  });
});

/** A genuine token whose signature has an A, with another letter of the same low byte in its place. */
function lowByteTwin(): string {
  for (let exp = SECONDS + 1; ; exp += 1) {
    const [header, payload, mac = ''] = token({ exp }).split('.');
    if (mac.includes('A')) return `${header}.${payload}.${mac.replace('A', 'Ł')}`;
  }
}

/** One row per way to be wrong: the name of the check, and a token that fails it and none before it. */
const REFUSED: readonly (readonly [
  keyof typeof CHECKS,
  string,
  string,
  Partial<ApproovTokenExpectations>?,
])[] = [
  ['size', 'a token of more than 8192 characters', `${GOOD}${'A'.repeat(8192)}`],
  ['encrypted', 'five parts', `${GOOD}.AA.AA`],
  ['compact', 'nothing at all', ''],
  ['compact', 'one part', 'adasdasdsadasd'],
  ['compact', 'two parts', `${HEADER}.${PAYLOAD}`],
  ['compact', 'four parts', `${GOOD}.AA`],
  ['compact', 'six parts', `${GOOD}.AA.AA.AA`],
  ['compact', 'no header part', `.${PAYLOAD}.${MAC}`],
  ['encoding', 'a padded signature', `${GOOD}=`],
  ['encoding', 'a padded header', `${HEADER}=.${PAYLOAD}.${MAC}`],
  ['encoding', 'a space within', `${HEADER} .${PAYLOAD}.${MAC}`],
  ['encoding', 'a line feed at the end', `${GOOD}\n`],
  ['encoding', 'the standard alphabet', signParts(HEADER, PAYLOAD).replace(MAC, '+/'.repeat(21) + 'A')],
  [
    'encoding',
    'set trailing bits',
    `${GOOD.slice(0, -1)}${String.fromCharCode(GOOD.charCodeAt(GOOD.length - 1) + 1)}`,
  ],
  ['encoding', 'a lone character in a part', `${HEADER}.${PAYLOAD}A.${MAC}`.replace('AA.', 'A.')],
  ['encoding', 'a NUL', `${HEADER}\0.${PAYLOAD}.${MAC}`],
  [
    'encoding',
    'Ł in the payload, whose low byte is that of A',
    GOOD.replace(PAYLOAD, PAYLOAD.replace('A', 'Ł')),
  ],
  ['encoding', 'Ł in the signature, whose low byte is that of A', lowByteTwin()],
  ['encoding', 'characters beyond ASCII', `${HEADER}é.${PAYLOAD}.${MAC}`],
  ['header', 'a header that is not JSON', signParts(part('no'), PAYLOAD)],
  ['header', 'a header that is an array', signParts(part(['alg']), PAYLOAD)],
  ['header', 'a header that is null', signParts(part(null), PAYLOAD)],
  [
    'header',
    'a header in invalid UTF-8',
    signParts(Buffer.from([0x7b, 0xff, 0x7d]).toString('base64url'), PAYLOAD),
  ],
  ['header', 'a kid that is no string', token({}, { kid: 1 })],
  ['algorithm', 'alg none without a signature', `${part({ alg: 'none' })}.${PAYLOAD}.`],
  ['algorithm', 'alg NONE', token({}, { alg: 'NONE' })],
  ['algorithm', 'alg in another case', token({}, { alg: 'hs256' })],
  ['algorithm', 'no alg', token({}, { alg: undefined })],
  ['algorithm', 'HS384 by the right key', signParts(part({ alg: 'HS384' }), PAYLOAD, SECRET, 'sha384')],
  ['algorithm', 'HS512 by the right key', signParts(part({ alg: 'HS512' }), PAYLOAD, SECRET, 'sha512')],
  ['algorithm', 'RS256', token({}, { alg: 'RS256' })],
  ['algorithm', 'an alg that is a list', token({}, { alg: ['HS256'] })],
  ['critical', 'an unknown critical extension', token({}, { crit: ['x'], x: 1 })],
  ['critical', 'an empty crit', token({}, { crit: [] })],
  ['critical', 'an unencoded payload (RFC 7797)', token({}, { crit: ['b64'], b64: false })],
  ['type', 'a session token', token({}, { typ: 'attested-session+jwt' })],
  ['type', 'a typ that is a number', token({}, { typ: 1 })],
  ['type', 'a typ that is null', token({}, { typ: null })],
  ...otherTypes('JWT').map((typ) => ['type', `a typ of ${JSON.stringify(typ)}`, token({}, { typ })] as const),
  ['signature', 'no signature', `${HEADER}.${PAYLOAD}.`],
  ['signature', 'a truncated signature', GOOD.slice(0, -3)],
  ['signature', 'another secret', token({}, {}, Buffer.alloc(64, 1))],
  ['signature', 'an empty secret', token({}, {}, Buffer.alloc(0))],
  ['signature', 'the signature of another token', `${HEADER}.${part({ exp: SECONDS + 301 })}.${MAC}`],
  ['signature', 'HS512 under a header that says HS256', signParts(HEADER, PAYLOAD, SECRET, 'sha512')],
  ['payload', 'a payload that is a string', signParts(HEADER, part('"claims"'))],
  ['payload', 'a payload that is an array', signParts(HEADER, part([SECONDS]))],
  ['payload', 'a payload that is null', signParts(HEADER, part(null))],
  ['payload', 'a payload that is not JSON', signParts(HEADER, part('exp=1'))],
  ['payload', 'an empty payload', signParts(HEADER, '')],
  ['payload', 'a payload with something after it', signParts(HEADER, part(`{"exp":${SECONDS + 9}}{}`))],
  [
    'payload',
    'a payload in invalid UTF-8',
    signParts(HEADER, Buffer.from('{"exp":9e9,"a":"\xff"}', 'latin1').toString('base64url')),
  ],
  ['expiryPresent', 'no exp', token({ exp: undefined })],
  ['expiryNumber', 'a null exp', token({ exp: null })],
  ['expiryNumber', 'an exp in a string', token({ exp: '9999999999' })],
  ['expiryNumber', 'an empty exp', token({ exp: '' })],
  ['expiryNumber', 'an exp in a list', token({ exp: [SECONDS + 300] })],
  ['expiryNumber', 'an exp beyond numbers', signParts(HEADER, part('{"exp":1e999}'))],
  ['expired', 'exp 0', token({ exp: 0 })],
  ['expired', 'a negative exp', token({ exp: -1 })],
  ['expired', 'exp now', token({ exp: SECONDS })],
  ['expired', 'exp a second ago', token({ exp: SECONDS - 1 })],
  ['expired', 'exp just outside the leeway', token({ exp: SECONDS - 30 }), { leewaySeconds: 30 }],
  ['notBeforeNumber', 'an nbf in a string', token({ nbf: '1' })],
  ['notBefore', 'an nbf to come', token({ nbf: SECONDS + 1 })],
  ['issuedAtNumber', 'an iat in a string', token({ iat: 'now' })],
  ['issuer', 'no iss', token(), { issuer: 'a' }],
  ['issuer', 'another iss', token({ iss: 'b' }), { issuer: ['a', 'c'] }],
  ['issuer', 'an iss in a list', token({ iss: ['a'] }), { issuer: 'a' }],
  ['audience', 'no aud', token(), { audience: 'a' }],
  ['audience', 'another aud', token({ aud: ['b', 'c'] }), { audience: 'a' }],
  ['audience', 'an aud that only contains it as text', token({ aud: 'aa' }), { audience: 'a' }],
];

const rows = REFUSED.map(([name, what, sent, further = {}]) => ({ name, what, sent, further }));

describe.each(rows)('$name: $what', ({ name, sent, further }) => {
  const check = CHECKS[name];

  it(`is refused with ${check.code}`, () => {
    const error = refusal(() => verifyApproovToken(sent, { ...expected, ...further }));
    expect(error).toMatchObject({
      code: check.code,
      stage: 'untrusted',
      check,
      spec: check.spec,
      message: check.says,
    });
  });

  it('is reported by the inspector with the same code', () => {
    const inspection = inspectApproovToken(sent, { ...expected, ...further });
    expect(inspection).toMatchObject({ verdict: 'fail', code: check.code });
  });
});

it('tries every check of the catalog but the one of unknown keys, which a secret cannot fail', () => {
  const tried = new Set(REFUSED.map(([name]) => name));
  expect(Object.keys(CHECKS).filter((name) => !tried.has(name as keyof typeof CHECKS))).toEqual(['key']);
});

describe('the expectations', () => {
  it('allow for clocks that differ by the leeway', () => {
    const late = token({ exp: SECONDS - 29, nbf: SECONDS + 29 });
    expect(verifyApproovToken(late, { ...expected, leewaySeconds: 30 }).expiresAt).toBe(
      (SECONDS - 29) * 1000,
    );
  });

  it('are met by one issuer and one audience of several', () => {
    const both = token({ iss: 'a', aud: ['x', 'api.example.com'] });
    expect(
      verifyApproovToken(both, { ...expected, issuer: ['b', 'a'], audience: 'api.example.com' }).issuer,
    ).toBe('a');
  });

  it.each([
    { leewaySeconds: -1 },
    { leewaySeconds: 61 },
    { leewaySeconds: Number.NaN },
    { leewaySeconds: '5' },
    { leewaySeconds: [5] },
    { audiance: 'api.example.com' },
    { now: '5' },
    { keys: 5 },
    { issuer: '' },
    { audience: [] },
  ])('that make no sense are a configuration error: %j', (nonsense) => {
    expect(() => verifyApproovToken(GOOD, { ...expected, ...(nonsense as object) })).toThrow(
      expect.objectContaining({ name: 'ConfigurationError', variable: Object.keys(nonsense)[0] }),
    );
  });
});

describe('the inspector', () => {
  it('passes a genuine token with the verifier’s own result, each check in the catalog’s order', () => {
    const inspection = inspectApproovToken(GOOD, expected);
    expect(inspection).toMatchObject({ verdict: 'pass', result: verifyApproovToken(GOOD, expected) });
    const order = Object.values(CHECKS).map(({ code }) => code);
    const positions = inspection.checks.map(({ code }) => order.indexOf(code as (typeof order)[number]));
    expect(positions).toEqual(positions.toSorted((a, b) => a - b));
    expect(inspection.checks.length).toBe(14);
  });

  it('goes on after a failure, shows all of them, and what could be read', () => {
    const inspection = inspectApproovToken(
      token({ exp: 5, nbf: 'x' }, { typ: 'other' }, Buffer.alloc(64, 1)),
      expected,
    );
    const failed = inspection.checks.filter(({ ok }) => !ok).map(({ code }) => code);
    expect(failed).toEqual(
      [CHECKS.type, CHECKS.signature, CHECKS.expired, CHECKS.notBeforeNumber, CHECKS.notBefore].map(
        (each) => each.code,
      ),
    );
    expect(inspection).toMatchObject({ code: CHECKS.type.code, unverified: { expiresAt: 5000 } });
    expect(inspection).not.toHaveProperty('result');
  });
});
