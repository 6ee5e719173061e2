// Why this exists: keys that no certificate of Apple's has, to be put into one: of other curves and algorithms, and some
// that cost much time to use.
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { readBer } from '../readers/ber.js';
import { der, encode, raw, row, type Part } from '../readers/tree.js';

/** Each a SubjectPublicKeyInfo. */
export const FOREIGN_KEYS: readonly Part[] = [
  ...['P-384', 'P-521', 'secp256k1', 'sect571r1', 'brainpoolP512r1'].map((namedCurve) =>
    spki(generateKeyPairSync('ec', { namedCurve })),
  ),
  spki(generateKeyPairSync('ec', { namedCurve: 'P-256', paramEncoding: 'explicit' })),
  spki(generateKeyPairSync('ec', { namedCurve: 'P-256' })),
  spki(generateKeyPairSync('ed25519')),
  spki(generateKeyPairSync('ed448')),
  spki(generateKeyPairSync('x25519')),
  spki(generateKeyPairSync('rsa', { modulusLength: 1024 })),
  rsa(16_384),
  rsa(65_536),
];

function spki({ publicKey }: { readonly publicKey: KeyObject }): Part {
  return raw(publicKey.export({ type: 'spki', format: 'der' }));
}

/** A key for RSA of any length in bits. It has no private half. */
function rsa(length: number): Part {
  const modulus = Buffer.alloc(length / 8 + 1, 0xc5);
  modulus.writeUInt8(0);
  const exponent = Buffer.alloc(8, 0x7f);
  const numbers = der(0x30, { children: [modulus, exponent].map((content) => der(0x02, { content })) });
  const algorithm = readBer(Buffer.from('300d06092a864886f70d0101010500', 'hex')) ?? row([]);
  return raw(
    encode(der(0x30, { children: [algorithm, der(0x03, { children: [raw(Buffer.of(0)), numbers] })] })),
  );
}
