import { createHmac, randomBytes } from 'node:crypto';
import { CompactEncrypt, CompactSign, compactDecrypt, compactVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import {
  inspectPlayIntegrityToken,
  playIntegrityKeys,
  verifyPlayIntegrityToken,
  type PlayIntegrityKeys,
} from '../../src/play-integrity/index.js';
import { JWS_CHECKS, TOKEN_CHECKS, USED_JWS_CHECKS } from '../../src/play-integrity/token/token-checks.js';
import { refusal } from '../approov/support/tokens.js';
import { otherTypes, sameType } from '../kernel/support/typ-values.js';
import {
  encrypted,
  expected,
  own,
  responseKeys,
  signed,
  token,
  verdict,
  type Making,
} from './support/tokens.js';

const GOOD = token();
const PARTS = GOOD.split('.') as [string, string, string, string, string];
const text = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

/** The token with one part replaced. */
const withPart = (at: number, part: string): string => PARTS.with(at, part).join('.');

describe('a token of a classic request', () => {
  it('gives the verdict', () => {
    expect(verifyPlayIntegrityToken(GOOD, own.keys, expected).payload).toEqual(verdict());
  });

  it('is one that jose reads, and the other way round', async () => {
    const { plaintext } = await compactDecrypt(GOOD, own.secret);
    const { payload } = await compactVerify(plaintext, own.publicKey);
    expect(JSON.parse(new TextDecoder().decode(payload))).toEqual(verdict());

    const jws = await new CompactSign(text(verdict()))
      .setProtectedHeader({ alg: 'ES256' })
      .sign(own.privateKey);
    const jwe = await new CompactEncrypt(new TextEncoder().encode(jws))
      .setProtectedHeader({ alg: 'A256KW', enc: 'A256GCM' })
      .encrypt(own.secret);
    expect(verifyPlayIntegrityToken(jwe, own.keys, expected).payload).toEqual(verdict());
  });

  it.each([
    ['typ JWT inside', { signed: { typ: 'JWT' } }],
    ['a kid in either header, which nobody needs', { signed: { kid: '1' }, header: { kid: '2' } }],
    ['cty in the outer header', { header: { cty: 'JWT' } }],
  ])('is accepted with %s', (_, making) => {
    expect(verifyPlayIntegrityToken(token({}, making), own.keys, expected).testing).toBe(false);
  });

  it.each([...sameType('JWT'), ...sameType('JOSE')])('is accepted with the inner type written %j', (typ) => {
    const sent = token({}, { signed: { typ } });
    expect(verifyPlayIntegrityToken(sent, own.keys, expected).testing).toBe(false);
  });

  it.each([...otherTypes('JWT'), ...otherTypes('JOSE')].filter((typ) => typ !== 'JWT'))(
    'is refused with the inner type %j',
    (typ) => {
      const sent = token({}, { signed: { typ } });
      const { code } = refusal(() => verifyPlayIntegrityToken(sent, own.keys, expected));
      expect(code).toBe('ERR_PLAY_INTEGRITY_JWS_TYPE_MISMATCH');
    },
  );

  it('is for one of several sets of keys, while they change', () => {
    const [first, second] = [responseKeys(), responseKeys()];
    const keys = playIntegrityKeys([first.printed, second.printed, own.printed]);
    for (const each of [first, second, own]) {
      const sent = token({}, { secret: each.secret, key: each.privateKey });
      expect(verifyPlayIntegrityToken(sent, keys, expected).kind).toBe('playIntegrity');
    }
    // The keys of a set belong together.
    const mixed = token({}, { secret: first.secret, key: second.privateKey });
    expect(refusal(() => verifyPlayIntegrityToken(mixed, keys, expected)).code).toBe(
      'ERR_PLAY_INTEGRITY_JWS_SIGNATURE_INVALID',
    );
  });
});

const other = responseKeys();

/** An HMAC whose secret is the verification key. */
function confused(): string {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const input = `${part({ alg: 'HS256' })}.${part(verdict())}`;
  const secret = Buffer.from(own.printed.verificationKey, 'base64');
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
}

function withAltered(at: number): string {
  const bytes = Buffer.from(PARTS[at] as string, 'base64url');
  bytes[bytes.length - 1] = (bytes.at(-1) as number) ^ 1;
  return withPart(at, bytes.toString('base64url'));
}

/** A header with a member of that depth. */
function deep(name: 'alg' | 'enc'): string {
  const nested = `${'['.repeat(5000)}${']'.repeat(5000)}`;
  const header = { alg: '"A256KW"', enc: '"A256GCM"', [name]: nested };
  return Buffer.from(`{"alg":${header.alg},"enc":${header.enc}}`).toString('base64url');
}

const CHECKS = { ...TOKEN_CHECKS, jws: JWS_CHECKS };
type Outer = keyof typeof TOKEN_CHECKS;

const OUTER: readonly (readonly [Outer, string, string])[] = [
  ['size', 'more than 16384 characters', `${GOOD}${'A'.repeat(16_384)}`],
  ['compact', 'nothing', ''],
  ['compact', 'a JWS', signed(JSON.stringify(verdict()))],
  ['compact', 'four parts', PARTS.slice(0, 4).join('.')],
  ['compact', 'six parts', `${GOOD}.AA`],
  ['compact', 'dots alone', '.'.repeat(16_000)],
  ['encoding', 'padding', `${GOOD}=`],
  ['encoding', 'the other alphabet', withPart(3, `+${PARTS[3].slice(1)}`)],
  ['encoding', 'a line feed', `${GOOD}\n`],
  ['encoding', 'unused bits that are set', withPart(4, `${PARTS[4].slice(0, -1)}x`)],
  ['header', 'no header', withPart(0, '')],
  ['header', 'a header that is a list', withPart(0, Buffer.from('[]').toString('base64url'))],
  ['header', 'a header of depth', withPart(0, Buffer.from('['.repeat(6000)).toString('base64url'))],
  ['algorithm', 'a content key in clear (dir)', token({}, { header: { alg: 'dir' } })],
  ['algorithm', 'A128KW', token({}, { header: { alg: 'A128KW' } })],
  ['algorithm', 'RSA-OAEP', token({}, { header: { alg: 'RSA-OAEP' } })],
  ['algorithm', 'a password', token({}, { header: { alg: 'PBES2-HS512+A256KW', p2c: 1e9 } })],
  ['algorithm', 'an algorithm nested 5,000 deep', withPart(0, deep('alg'))],
  ['encryption', 'an encryption nested 5,000 deep', withPart(0, deep('enc'))],
  ['algorithm', 'no algorithm', token({}, { header: { alg: undefined } })],
  ['algorithm', 'a list of algorithms', token({}, { header: { alg: ['A256KW'] } })],
  ['encryption', 'A128GCM', token({}, { header: { enc: 'A128GCM' } })],
  ['encryption', 'CBC', token({}, { header: { enc: 'A256CBC-HS512' } })],
  ['encryption', 'no encryption', token({}, { header: { enc: undefined } })],
  ['compressed', 'compression', token({}, { header: { zip: 'DEF' } })],
  ['critical', 'a critical extension', token({}, { header: { crit: ['exp'], exp: 1 } })],
  ['lengths', 'no wrapped key', withPart(1, '')],
  ['lengths', 'a shorter content key', token({}, { contentKey: randomBytes(16) })],
  ['lengths', 'a longer content key', withPart(1, Buffer.alloc(48).toString('base64url'))],
  ['lengths', 'no IV', withPart(2, '')],
  ['lengths', 'an IV of 16 bytes', token({}, { iv: randomBytes(16) })],
  ['lengths', 'no tag', withPart(4, '')],
  ...[4, 8, 12, 13, 14, 15].map((tagLength): readonly [Outer, string, string] => [
    'lengths',
    `a tag of ${tagLength} bytes`,
    token({}, { tagLength }),
  ]),
  ['key', 'the key of another app', token({}, { secret: other.secret })],
  ['key', 'an altered wrapped key', withAltered(1)],
  ['key', 'a wrapped key of zeros', withPart(1, Buffer.alloc(40).toString('base64url'))],
  ['decrypts', 'an altered IV', withAltered(2)],
  ['decrypts', 'an altered text', withAltered(3)],
  ['decrypts', 'an altered tag', withAltered(4)],
  ['decrypts', 'no text', withPart(3, '')],
  [
    'decrypts',
    'the header of another token',
    withPart(0, token({}, { header: { kid: 'x' } }).split('.')[0] as string),
  ],
];

type Inner = keyof typeof JWS_CHECKS;
const inside = (making: Making): string => token({}, making);

const INNER: readonly (readonly [Inner, string, string])[] = [
  ['size', 'a verdict of 9,000 characters', encrypted('A'.repeat(9000))],
  ['encrypted', 'a second encryption', encrypted(GOOD)],
  ['compact', 'a bare object', encrypted('{}')],
  ['compact', 'nothing', encrypted('')],
  ['compact', 'bytes that are no text', encrypted(Buffer.alloc(100, 0xff))],
  ['encoding', 'a padded signature', encrypted(`${signed(JSON.stringify(verdict()))}=`)],
  ['header', 'a header that is no JSON', encrypted(`AAAA.${signed('{}').split('.').slice(1).join('.')}`)],
  ['algorithm', 'alg none', inside({ signed: { alg: 'none' } })],
  ['algorithm', 'the verification key as a secret', encrypted(confused())],
  ['algorithm', 'another curve', inside({ signed: { alg: 'ES384' } })],
  ['critical', 'a critical extension', inside({ signed: { crit: ['b64'], b64: false } })],
  ['type', 'another type', inside({ signed: { typ: 'at+jwt' } })],
  ['signature', 'the signature of another app', inside({ key: other.privateKey })],
  [
    'signature',
    'a key of its own in the header',
    inside({ key: other.privateKey, signed: { jwk: other.publicKey.export({ format: 'jwk' }) } }),
  ],
  ['signature', 'no signature', encrypted(signed('{}').replace(/[^.]+$/, ''))],
  ['signature', 'a signature of zeros', encrypted(signed('{}').replace(/[^.]+$/, 'A'.repeat(86)))],
  ['payload', 'a list', encrypted(signed('[]'))],
  ['payload', 'no JSON', encrypted(signed('no'))],
  ['payload', 'a verdict in Latin-1', encrypted(signed('{"a":"\xff'))],
];

describe('a token is refused', () => {
  const judge = (sent: string, code: string, keys: PlayIntegrityKeys = own.keys): void => {
    expect(refusal(() => verifyPlayIntegrityToken(sent, keys, expected)).code).toBe(code);
    expect(inspectPlayIntegrityToken(sent, keys, expected)).toMatchObject({ verdict: 'fail', code });
  };

  it.each(OUTER)('by %s: %s', (name, _, sent) => judge(sent, CHECKS[name].code));

  it.each(INNER)('by %s inside: %s', (name, _, sent) => judge(sent, JWS_CHECKS[name].code));

  it.each([undefined, null, 7, [GOOD], {}, Buffer.from(GOOD)])('that is no text: %j', (sent) =>
    judge(sent as string, TOKEN_CHECKS.compact.code),
  );

  it('by every check that it is held to', () => {
    expect(new Set(OUTER.map(([name]) => name))).toEqual(new Set(Object.keys(TOKEN_CHECKS)));
    // A set always has its verification key.
    const codes = USED_JWS_CHECKS.filter(({ code }) => code !== JWS_CHECKS.key.code).map(({ code }) => code);
    expect(new Set(INNER.map(([name]) => JWS_CHECKS[name].code))).toEqual(new Set(codes));
  });

  it('wherever it is cut, with the same code for verifier and inspector', () => {
    for (let length = 0; length < GOOD.length; length += 1) {
      const sent = GOOD.slice(0, length);
      const { code } = refusal(() => verifyPlayIntegrityToken(sent, own.keys, expected));
      expect(inspectPlayIntegrityToken(sent, own.keys, expected)).toMatchObject({ verdict: 'fail', code });
    }
  });

  it('whichever of its characters is another one', () => {
    for (let at = 0; at < GOOD.length; at += 1) {
      const sent = `${GOOD.slice(0, at)}${GOOD[at] === 'A' ? 'B' : 'A'}${GOOD.slice(at + 1)}`;
      const { code } = refusal(() => verifyPlayIntegrityToken(sent, own.keys, expected));
      expect(inspectPlayIntegrityToken(sent, own.keys, expected)).toMatchObject({ verdict: 'fail', code });
    }
  });

  it('with a hint where no key is for it, as standard tokens are', () => {
    const { message } = refusal(() =>
      verifyPlayIntegrityToken(token({}, { secret: other.secret }), own.keys, expected),
    );
    expect(message).toMatch(/standard request.*Google manages.*not on Play/);
  });
});

it('has every layer reported by the inspector', () => {
  const inspection = inspectPlayIntegrityToken(GOOD, own.keys, expected);
  expect(inspection.verdict).toBe('pass');
  expect(inspection.checks.slice(0, 22).map(({ code }) => code)).toEqual(
    [...Object.values(TOKEN_CHECKS), ...USED_JWS_CHECKS].map(({ code }) => code),
  );
});
