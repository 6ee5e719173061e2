// Why this exists: a changed certificate is refused for its signature, and no code behind that is reached. Here certificates
// get keys of our own and are signed again.
import { createPublicKey, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { readBer } from '../readers/ber.js';
import { edited } from '../readers/paths.js';
import { der, encode, raw, row, type Part } from '../readers/tree.js';

/** A key of our own. */
export interface OwnKey {
  readonly privateKey: KeyObject;
  readonly spki: Part;
}

export function keyPair(namedCurve: 'P-256' | 'P-384'): OwnKey {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve });
  const spki = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
  return { privateKey, spki: readBer(spki) ?? row([]) };
}

const ECDSA_SHA384 = '06082a8648ce3d040303';

/** Where the fields are in the part of a certificate that is signed. */
export const FIELD = { issuer: 3, subject: 5, key: 6, extensions: 7 };

/** The certificate with a signature by this key, of the algorithm that it names. */
export function signedBy(certificate: Part, key: KeyObject): Part {
  const [tbs, algorithm] = certificate.children ?? [];
  if (tbs === undefined || algorithm === undefined) return certificate;
  const hash = encode(algorithm).toString('hex').includes(ECDSA_SHA384) ? 'sha384' : 'sha256';
  const signature = sign(hash, encode(tbs), key);
  const bits = der(0x03, { children: [raw(Buffer.of(0)), raw(signature)] });
  return { ...certificate, children: [tbs, algorithm, bits] };
}

/** The certificate for another key; its signature no longer fits. */
export function withKey(certificate: Part, spki: Part): Part {
  return edited(certificate, [0, FIELD.key], () => [spki]);
}
