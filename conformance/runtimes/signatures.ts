import { constants, generateKeyPairSync, sign, verify, type KeyObject } from 'node:crypto';
import { EXPIRY } from '../devices/tokens.js';
import type { Algorithm } from './signature-server.js';

interface KeyPair {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

/** How Node signs and verifies, with all options said. */
interface Way {
  readonly hash: string | null;
  readonly padding?: number;
  readonly saltLength?: number;
  readonly dsaEncoding?: 'ieee-p1363' | 'der';
}

const { RSA_PKCS1_PADDING: PKCS1, RSA_PKCS1_PSS_PADDING: PSS } = constants;
const RSA = generateKeyPairSync('rsa', { modulusLength: 2048 });
const STRANGER = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ED25519 = generateKeyPairSync('ed25519');
const CURVES: Readonly<Record<string, KeyPair>> = {
  ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  ES384: generateKeyPairSync('ec', { namedCurve: 'P-384' }),
  ES512: generateKeyPairSync('ec', { namedCurve: 'P-521' }),
};

/** The key pair that tokens of this algorithm are signed with here. */
export function keyPairOf(algorithm: Algorithm): KeyPair {
  return CURVES[algorithm] ?? (algorithm === 'EdDSA' ? ED25519 : RSA);
}

/** A token that is good until `EXPIRY`, and by Node's own means signed as the algorithm says. */
export function signedToken(algorithm: Algorithm): string {
  return made(algorithm, keyPairOf(algorithm), wayOf(algorithm));
}

/** Tokens that name the algorithm, and are signed otherwise; by what is wrong with them. */
export function missignedTokens(algorithm: Algorithm): Readonly<Record<string, string>> {
  const keys = keyPairOf(algorithm);
  const way = wayOf(algorithm);
  const right = signedToken(algorithm);
  const [input = '', signature = ''] = halves(right);
  const octets = Buffer.from(signature, 'base64url');
  const flipped = octets.map((octet, at) => (at === octets.length >> 1 ? octet ^ 1 : octet));
  const common = {
    'a bit flipped': token(input, flipped),
    'an octet cut off': token(input, octets.subarray(1)),
    'an octet more': token(input, Buffer.concat([octets, Buffer.alloc(1)])),
    zeros: token(input, Buffer.alloc(octets.length)),
  };
  if (algorithm.startsWith('ES'))
    return { ...common, DER: made(algorithm, keys, { ...way, dsaEncoding: 'der' }) };
  if (algorithm === 'EdDSA') return common;
  const others = { ...common, 'another key': made(algorithm, STRANGER, way) };
  if (algorithm.startsWith('RS')) return { ...others, PSS: made(algorithm, keys, { ...way, ...pss(-1) }) };
  return {
    ...others,
    'PKCS #1 v1.5': made(algorithm, keys, { ...way, padding: PKCS1 }),
    'a salt of another length': made(algorithm, keys, { ...way, ...pss(20) }),
    'no salt': made(algorithm, keys, { ...way, ...pss(0) }),
  };
}

/** Whether a token is signed as the algorithm says, by Node's own means. */
export function isSigned(algorithm: Algorithm, text: string): boolean {
  const [input = '', signature = ''] = halves(text);
  const { hash, ...options } = wayOf(algorithm);
  const key = { key: keyPairOf(algorithm).publicKey, ...options };
  return verify(hash, Buffer.from(input), key, Buffer.from(signature, 'base64url'));
}

function wayOf(algorithm: Algorithm): Way {
  const hash = algorithm === 'EdDSA' ? null : `sha${algorithm.slice(2)}`;
  if (algorithm.startsWith('PS')) return { hash, ...pss(constants.RSA_PSS_SALTLEN_DIGEST) };
  return algorithm.startsWith('ES') ? { hash, dsaEncoding: 'ieee-p1363' } : { hash };
}

const pss = (saltLength: number): Pick<Way, 'padding' | 'saltLength'> => ({ padding: PSS, saltLength });

function made(algorithm: Algorithm, { privateKey }: KeyPair, { hash, ...options }: Way): string {
  const [header, claims] = [{ alg: algorithm, typ: 'JWT' }, { exp: EXPIRY }].map((each) =>
    Buffer.from(JSON.stringify(each)).toString('base64url'),
  );
  const input = `${header}.${claims}`;
  return token(input, sign(hash, Buffer.from(input), { key: privateKey, ...options }));
}

const token = (input: string, signature: Uint8Array): string =>
  `${input}.${Buffer.from(signature).toString('base64url')}`;

function halves(text: string): [input: string, signature: string] {
  const dot = text.lastIndexOf('.');
  return [text.slice(0, dot), text.slice(dot + 1)];
}
