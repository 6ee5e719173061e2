// @ts-check
// Why this exists: keys that stand in no certificate of Apple's, to be put into one: of other curves and algorithms, and
// some that are dear to use.
import { generateKeyPairSync } from 'node:crypto';
import { readBer } from './tree-read.js';
import { der, encode, raw, row } from './tree.js';

/** @typedef {import('./tree.js').Part} Part */

/** Each a SubjectPublicKeyInfo. */
export const FOREIGN_KEYS = [
  ...['P-384', 'P-521', 'secp256k1', 'sect571r1', 'brainpoolP512r1'].map((namedCurve) =>
    spki('ec', { namedCurve }),
  ),
  spki('ec', { namedCurve: 'P-256', paramEncoding: 'explicit' }),
  spki('ec', { namedCurve: 'P-256' }),
  spki('ed25519', undefined),
  spki('ed448', undefined),
  spki('x25519', undefined),
  spki('rsa', { modulusLength: 1024 }),
  rsa(16_384),
  rsa(65_536),
];

/** @param {string} type @param {object | undefined} options @returns {Part} */
function spki(type, options) {
  const { publicKey } = generateKeyPairSync(
    /** @type {'ec'} */ (type),
    /** @type {{ namedCurve: string }} */ (options),
  );
  return raw(publicKey.export({ type: 'spki', format: 'der' }));
}

/** A key for RSA of any length, which nobody has the other half of. @param {number} length bits @returns {Part} */
function rsa(length) {
  const modulus = Buffer.alloc(length / 8 + 1, 0xc5);
  modulus.writeUInt8(0);
  const exponent = Buffer.alloc(8, 0x7f);
  const numbers = der(0x30, { children: [modulus, exponent].map((content) => der(0x02, { content })) });
  const algorithm = readBer(Buffer.from('300d06092a864886f70d0101010500', 'hex')) ?? row([]);
  return raw(
    encode(der(0x30, { children: [algorithm, der(0x03, { children: [raw(Buffer.of(0)), numbers] })] })),
  );
}
