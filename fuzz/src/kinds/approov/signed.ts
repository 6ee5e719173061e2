// Why this exists: a signature says who made a token, not that the token is well-formed. These tokens are signed with the
// right secret and are odd inside. A second reading of the specifications says which of them may be accepted.
import { typesLike } from '../../mutators/media-types.js';
import { readObject } from '../../readers/json.js';
import { isTyp } from '../../readers/media-type.js';
import type { Random } from '../../run/random.js';
import type { Group } from './corpus.js';

/** The parts of a token before they are encoded. */
interface Parts {
  readonly header: Buffer;
  readonly payload: Buffer;
}

type SignedMaker = (random: Random, seconds: number) => Parts;

const VALUES = [
  undefined,
  null,
  true,
  false,
  0,
  -1,
  -0.5,
  1e15,
  1e300,
  '',
  '1',
  '4102444800',
  'JWT',
  'jwt',
  'HS256',
  [],
  [1],
  ['HS256'],
  {},
  { a: 1 },
  '__proto__',
];
const NUMBERS = [
  '1e999',
  '-1e999',
  '4102444800.5',
  '4102444800e0',
  '1E10',
  '00',
  '01',
  '0x1',
  '1_000',
  'NaN',
  'Infinity',
  '9007199254740993',
];
const CLAIMS = [
  'exp',
  'nbf',
  'iat',
  'iss',
  'aud',
  'pay',
  'did',
  'ip',
  'arc',
  'anno',
  'ipk',
  'embed',
  '__proto__',
  'constructor',
  'toString',
];
const MEMBERS = ['alg', 'typ', 'kid', 'crit', 'cty', 'jwk', 'b64', '__proto__'];

export const signedMakers: Readonly<Record<string, SignedMaker>> = {
  'signed: odd claims': (random, seconds) => {
    const near = [seconds, seconds + 0.001, seconds - 0.001, seconds + 1, seconds - 1];
    return made({ alg: 'HS256' }, withOdd(random, { exp: seconds + 300 }, CLAIMS, [...VALUES, ...near]));
  },
  'signed: right and wrong audience': (random, seconds) => {
    const iss = random.pick(['account.approov.io', 'account.approov.io ', ['account.approov.io'], undefined]);
    const aud = random.pick([
      'api.example.com',
      'API.example.com',
      ['x', 'api.example.com'],
      ['x'],
      [['api.example.com']],
      {},
      undefined,
    ]);
    return made({ alg: 'HS256', typ: 'JWT' }, { exp: seconds + 300, iss, aud });
  },
  'signed: odd header': (random, seconds) =>
    made(withOdd(random, { alg: 'HS256', typ: 'JWT' }, MEMBERS, VALUES), { exp: seconds + 300 }),
  'signed: types': (random, seconds) =>
    made({ alg: 'HS256', ...random.pick(typesLike('JWT')) }, { exp: seconds + 300 }),
  'signed: odd numbers': (random) => text('{"alg":"HS256"}', `{"exp":${random.pick(NUMBERS)}}`),
  'signed: repeated names': (random, seconds) => {
    const good = `"exp":${seconds + 300}`;
    const bad = random.pick(['"exp":1', '"exp":null', '"exp":"x"']);
    const header = random.pick([
      '{"alg":"none","alg":"HS256"}',
      '{"alg":"HS256","alg":"none"}',
      '{"alg":"HS256"}',
    ]);
    return text(header, `{${random.pick([`${good},${bad}`, `${bad},${good}`])}}`);
  },
  'signed: not an object': (random) =>
    text(
      '{"alg":"HS256"}',
      random.pick(['', 'null', '1', '"x"', '[]', '[{"exp":9e9}]', '{', '{}{}', '{"exp":9e9}}', 'undefined']),
    ),
  'signed: header not an object': (random, seconds) =>
    text(
      random.pick(['', 'null', '[]', '"HS256"', '{"alg":"HS256"', '[{"alg":"HS256"}]']),
      `{"exp":${seconds + 300}}`,
    ),
  'signed: deep': (random, seconds) => {
    const depth = 1 + random.below(2900);
    const [open, close] = random.pick([
      ['[', ']'],
      ['{"a":', '}'],
    ] as const);
    const fits = open === '[' ? depth : Math.ceil(depth / 3);
    return text('{"alg":"HS256"}', `{"exp":${seconds + 300},"a":${open.repeat(fits)}1${close.repeat(fits)}}`);
  },
  'signed: not UTF-8, or marked': (random, seconds) => {
    const payload = Buffer.from(`{"exp":${seconds + 300},"did":"abc"}`);
    const odd = random.pick([
      [0xff],
      [0xc0, 0x80],
      [0xed, 0xa0, 0x80],
      [0xc3],
      [0xf4, 0x90, 0x80, 0x80],
      [0xc3, 0xa9],
      [0],
    ]);
    const bytes = Buffer.concat([payload.subarray(0, -2), Buffer.from(odd), payload.subarray(-2)]);
    const before = random.pick([[], [0xef, 0xbb, 0xbf], [0x20], [0x0a, 0x09], [0xa0], [0x0b]]);
    return { header: Buffer.from('{"alg":"HS256"}'), payload: Buffer.concat([Buffer.from(before), bytes]) };
  },
  'signed: at the limit of size': (random, seconds) =>
    made({ alg: 'HS256' }, { exp: seconds + 300, fill: 'x'.repeat(5990 + random.below(200)) }),
};

/** Whether a token with a good HS256 signature may be accepted. */
export function mayBeAccepted(token: string, { expected: { now, issuer, audience } }: Group): boolean {
  const [header, claims] = token
    .split('.')
    .slice(0, 2)
    .map((part) => readObject(Buffer.from(part, 'base64url')));
  if (token.length > 8192 || !header || !claims) return false;
  const { alg, typ, crit, kid } = header;
  if (alg !== 'HS256' || crit !== undefined) return false;
  if (typ !== undefined && !isTyp(typ, 'JWT')) return false;
  if (kid !== undefined && typeof kid !== 'string') return false;
  const { exp, nbf = 0, iat = 0, iss, aud } = claims;
  if (!isTime(exp) || !isTime(nbf) || !isTime(iat)) return false;
  if (now / 1000 >= exp || now / 1000 < nbf) return false;
  if (issuer !== undefined && iss !== issuer) return false;
  return audience === undefined || aud === audience || (Array.isArray(aud) && aud.includes(audience));
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Math.abs(value) < Infinity;
}

/** The text of an object with odd members beside its own. */
function withOdd(
  random: Random,
  value: object,
  names: readonly string[],
  values: readonly unknown[],
): string {
  let entries = Object.entries(value);
  for (let left = 1 + random.below(3); left > 0; left -= 1) {
    const [name, odd] = [random.pick(names), random.pick(values)];
    if (odd === undefined) entries = entries.filter(([other]) => other !== name);
    else entries.push([name, odd]);
  }
  // Written by hand, so that `__proto__` is a name like any other.
  return `{${entries.map(([name, each]) => `${JSON.stringify(name)}:${JSON.stringify(each)}`).join(',')}}`;
}

function made(header: unknown, payload: unknown): Parts {
  return text(written(header), written(payload));
}

function written(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function text(header: string, payload: string): Parts {
  return { header: Buffer.from(header), payload: Buffer.from(payload) };
}
