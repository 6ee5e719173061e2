// Why this exists: what a person without the key can do to a genuine token. A verifier must refuse the text, unless it is a
// genuine token again. One thing is left out, because no verifier of ECDSA can tell it from the work of the signer: n - s
// instead of s gives another text for the same claims.
import { createHmac } from 'node:crypto';
import type { Random } from '../run/random.js';

/** What such a person knows: the public key in PEM, if there is one. */
interface Known {
  readonly publicPem: string | undefined;
}

/** `other` is another genuine token. */
export type TokenEdit = (random: Random, token: string, known: Known, other: string) => string;

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const FOREIGN = [
  ...'=+/. \t\r\n\0%,;"\'\\{}~',
  'é',
  'ÿ',
  'Ａ',
  'ı',
  '\u00ad',
  '\u200b',
  '\u2028',
  '\ufeff',
  '😀',
  '\ud800',
];
const ALGORITHMS = [
  'none',
  'None',
  'NONE',
  'nOnE',
  '',
  'HS256',
  'hs256',
  'HS384',
  'HS512',
  'RS256',
  'PS256',
  'ES256',
  'EdDSA',
  null,
  1,
  ['HS256'],
  { alg: 'HS256' },
];
const INJECTED = [
  { crit: ['b64'], b64: false },
  { crit: [] },
  { crit: ['exp'], exp: 1 },
  { b64: false },
  { jwk: { kty: 'oct', k: 'AAAA' } },
  { jku: 'https://example.com/keys' },
  { x5u: 'https://example.com/chain', x5c: ['MIIB'] },
  { kid: '../../../dev/null' },
  { kid: "' OR 1=1 --" },
  { kid: 1 },
  { kid: ['one'] },
  { kid: '' },
  { typ: 'at+jwt' },
  { typ: 'JOSE' },
  { zip: 'DEF' },
  { cty: 'JWT' },
  { enc: 'A256GCM' },
  JSON.parse('{"__proto__":{"alg":"none"}}'),
];

export const tokenEdits: Readonly<Record<string, TokenEdit>> = {
  'flip a bit': (random, token) =>
    editPart(random, token, (part) => {
      const bytes = Buffer.from(part, 'base64url');
      if (bytes.length === 0) return 'AA';
      const at = random.below(bytes.length);
      bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << random.below(8)), at);
      return bytes.toString('base64url');
    }),
  'replace a character': (random, token) => splice(random, token, 1, anyCharacter(random)),
  'insert a character': (random, token) => splice(random, token, 0, anyCharacter(random)),
  'delete characters': (random, token) =>
    splice(random, token, 1 + random.below(random.oneIn(4) ? 40 : 4), ''),
  'change the case': (random, token) =>
    random.oneIn(2)
      ? editPart(random, token, (part) => (random.oneIn(2) ? part.toUpperCase() : part.toLowerCase()))
      : editCharacter(random, token, (text) =>
          text === text.toLowerCase() ? text.toUpperCase() : text.toLowerCase(),
        ),
  truncate: (random, token) => token.slice(0, random.below(token.length)),
  'cut the front': (random, token) => token.slice(1 + random.below(token.length)),
  extend: (random, token) => {
    const tail = random.pick([
      'A',
      'AAAA',
      '=',
      '.',
      ' ',
      '\n',
      '\0',
      '.e30',
      token.slice(-random.below(40) - 1),
    ]);
    return token + tail.repeat(random.oneIn(500) ? 20_000 : 1 + random.below(3));
  },
  'put something before': (random, token) =>
    random.pick(['Bearer ', 'bearer ', ' ', '\t', '\ufeff', '.', 'e30.', 'e30', '"', 'Approov-Token: ']) +
    token,
  'move dots': (random, token) =>
    splice(
      random,
      token.replace('.', () => random.pick(['', '.', '..'])),
      0,
      '.',
    ),
  'swap parts': (random, token, _, other) => {
    const all = [...token.split('.'), ...other.split('.')];
    return [random.pick(all), random.pick(all), random.pick(all)].join('.');
  },
  'take a part of another': (random, token, _, other) => {
    const parts = token.split('.');
    const at = random.below(3);
    return parts.with(at, other.split('.')[at] ?? '').join('.');
  },
  concatenate: (random, token, _, other) =>
    token + random.pick(['', '.', ' ', ',', ', ', '\n']) + random.pick([token, other]),
  pad: (random, token) =>
    editPart(
      random,
      token,
      (part) => part + '='.repeat(random.oneIn(2) ? (4 - (part.length % 4)) % 4 : 1 + random.below(3)),
    ),
  'use the standard alphabet': (random, token) =>
    random.oneIn(2)
      ? token.replaceAll('-', '+').replaceAll('_', '/')
      : editPart(random, token, (part) => part.replaceAll('-', '+').replaceAll('_', '/')),
  'set unused bits': (random, token) =>
    editPart(random, token, (part) => {
      const unused = { 2: 15, 3: 3 }[part.length % 4];
      if (unused === undefined) return part;
      return (
        part.slice(0, -1) + ALPHABET.charAt(ALPHABET.indexOf(part.slice(-1)) | (1 + random.below(unused)))
      );
    }),
  'write JSON otherwise': (random, token) =>
    editJson(random, token, (value) => {
      const text = JSON.stringify(value);
      const [first = ''] = Object.keys(value);
      return random.pick([
        JSON.stringify(value, null, 1),
        ` ${text}`,
        `${text}\n`,
        `\ufeff${text}`,
        text.replace('{', `{${JSON.stringify(first)}:1,`),
        text.replace('"', '"\\u0000').replace('\\u0000', ''),
        JSON.stringify(Object.fromEntries(Object.entries(value).toReversed())),
        text.replace(/"([a-z])/, (_, letter) => `"\\u00${letter.charCodeAt(0).toString(16)}`),
      ]);
    }),
  'edit claims': (random, token) => {
    const [header, payload, signature] = token.split('.');
    const edit = random.pick([
      { exp: 4102444800 },
      { exp: 1e300 },
      { pay: 'x' },
      { did: 'other' },
      { iss: 'x' },
      { admin: true },
    ]);
    return [header, encode({ ...decode(payload), ...edit }), signature].join('.');
  },
  'swap the algorithm': (random, token, known) => {
    const [header, payload] = token.split('.');
    return forge(random, token, known, { ...decode(header), alg: random.pick(ALGORITHMS) }, payload);
  },
  'inject header parameters': (random, token, known) => {
    const [header, payload] = token.split('.');
    return forge(random, token, known, { ...decode(header), ...random.pick(INJECTED) }, payload);
  },
  'sign with another key': (random, token, known) => {
    const [header, payload] = token.split('.');
    return forge(random, token, known, decode(header), payload);
  },
  'change the form of the signature': (random, token) => {
    const [header, payload, text = ''] = token.split('.');
    const bytes = Buffer.from(text, 'base64url');
    const half = bytes.length / 2;
    const form = random.pick([
      Buffer.alloc(bytes.length),
      Buffer.alloc(bytes.length, 255),
      Buffer.concat([Buffer.alloc(1), bytes]),
      Buffer.concat([bytes, Buffer.alloc(1)]),
      bytes.subarray(1),
      bytes.subarray(0, 1),
      Buffer.concat([bytes.subarray(half), bytes.subarray(0, half)]),
      Buffer.from([
        0x30,
        2 * half + 4,
        2,
        half,
        ...bytes.subarray(0, half),
        2,
        half,
        ...bytes.subarray(half),
      ]),
      Buffer.from(bytes.toReversed()),
      addGroupOrder(bytes),
    ]);
    return [header, payload, form.toString('base64url')].join('.');
  },
  'make something up': (random) => {
    const length = random.below(random.oneIn(200) ? 100_000 : 60);
    const characters = random.pick([ALPHABET, `${ALPHABET}...`, '.', 'A', 'ey.', '\0', 'ÿ.']);
    return Array.from({ length }, () => characters.charAt(random.below(characters.length))).join('');
  },
};

function anyCharacter(random: Random): string {
  return random.oneIn(2) ? random.pick(FOREIGN) : ALPHABET.charAt(random.below(64));
}

function splice(random: Random, text: string, remove: number, insert: string): string {
  const at = random.below(text.length + 1);
  return text.slice(0, at) + insert + text.slice(at + remove);
}

function editCharacter(random: Random, token: string, edit: (character: string) => string): string {
  const at = random.below(token.length);
  return token.slice(0, at) + edit(token.charAt(at)) + token.slice(at + 1);
}

function editPart(random: Random, token: string, edit: (part: string) => string): string {
  const parts = token.split('.');
  const at = random.below(parts.length);
  return parts.with(at, edit(parts[at] ?? '')).join('.');
}

/** Edits the JSON of header or payload, and leaves the signature. */
function editJson(random: Random, token: string, edit: (value: object) => string): string {
  const parts = token.split('.');
  const at = random.below(2);
  return parts.with(at, Buffer.from(edit(decode(parts[at]))).toString('base64url')).join('.');
}

/**
 * A token with this header, signed with what a stranger has: nothing, the signature that was there, an empty secret, a
 * secret of their own, or the public key used as a secret.
 */
function forge(
  random: Random,
  token: string,
  { publicPem = 'no key' }: Known,
  header: object,
  payload: string | undefined,
): string {
  const input = `${encode(header)}.${payload}`;
  const secret = random.pick(['', 'no secret', publicPem, publicPem.trim()]);
  const mac = createHmac(random.pick(['sha256', 'sha384', 'sha512']), secret)
    .update(input, 'latin1')
    .digest('base64url');
  return `${input}.${random.pick(['', token.split('.')[2] ?? '', mac])}`;
}

/** S + L of Ed25519: the same number for a verifier that does not compare S with L (RFC 8032 §5.1.7). */
function addGroupOrder(signature: Buffer): Buffer {
  if (signature.length !== 64) return signature.subarray(0, 8);
  const order = 2n ** 252n + 27742317777372353535851937790883648493n;
  const bigEndian = Buffer.from(signature.subarray(32).toReversed()).toString('hex');
  const sum = (BigInt(`0x${bigEndian}`) + order).toString(16).padStart(64, '0');
  const bytes = Buffer.from(sum, 'hex').toReversed();
  return Buffer.concat([signature.subarray(0, 32), bytes]);
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function decode(part = ''): object {
  return JSON.parse(Buffer.from(part, 'base64url').toString()) as object;
}
