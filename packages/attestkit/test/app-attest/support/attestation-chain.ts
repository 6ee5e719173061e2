import { KeyObject, sign } from 'node:crypto';
import { readCertificate, type Certificate } from '../../../src/kernel/asn1/x509.js';
import { bits, oid, sequence } from '../../../../testing/src/encode/der.js';
import {
  authorityExtensions,
  extension,
  KeyUsageFlags,
  newKeys,
  usage,
} from '../../kernel/support/certificates.js';
import * as forging from './forge.js';
import type { Refused } from './judge.js';

const { DAY, HOUR, NOW, INTERMEDIATE_DER, ROOT_DER } = forging;
const p384Keys = await newKeys('P-384');

/** Certificates that do not chain: the code, and how to make it. */
export const BAD_CHAIN: readonly Refused[] = [
  ['another root, by name', 'ROOT_UNKNOWN', {}, { roots: [INTERMEDIATE_DER] }],
  [
    'another root of the same name',
    'ROOT_UNKNOWN',
    {},
    { roots: [await forging.makeRoot({ publicKey: p384Keys.publicKey })] },
  ],
  ['a root for testing, where there is none', 'ROOT_UNKNOWN', {}, { roots: undefined }],
  [
    'an intermediate that signed itself',
    'ROOT_UNKNOWN',
    { intermediate: await forging.makeIntermediate({ signingKey: forging.intermediateKeys.privateKey }) },
  ],
  [
    'an intermediate of another issuer’s name',
    'ROOT_UNKNOWN',
    { intermediate: await forging.makeIntermediate({ issuer: 'CN=Other' }) },
  ],
  [
    'an intermediate whose key is not on its curve, signed by the root',
    'ROOT_UNKNOWN',
    { intermediate: withKeyOffCurve(INTERMEDIATE_DER) },
  ],
  ['the root in place of the intermediate', 'ISSUER_MISMATCH', { intermediate: ROOT_DER }],
  ['certificates in the wrong order', 'KEY_MALFORMED', { x5c: (x5c) => x5c.toReversed() }],
  [
    'an intermediate that is no authority',
    'INTERMEDIATE_INVALID',
    { intermediate: await forging.makeIntermediate({ extensions: forging.leafProfile() }) },
  ],
  [
    'an intermediate that says nothing',
    'INTERMEDIATE_INVALID',
    { intermediate: await forging.makeIntermediate({ extensions: [extension('1.2.3', '0500')] }) },
  ],
  [
    'an intermediate that may not sign',
    'INTERMEDIATE_INVALID',
    {
      intermediate: await forging.makeIntermediate({
        extensions: [...authorityExtensions().slice(0, 1), usage(KeyUsageFlags.cRLSign)],
      }),
    },
  ],
  [
    'an intermediate with an unknown critical extension',
    'INTERMEDIATE_INVALID',
    {
      intermediate: await forging.makeIntermediate({
        extensions: [...authorityExtensions(), extension('1.2.3', '0500', true)],
      }),
    },
  ],
  ['a leaf of another issuer’s name', 'ISSUER_MISMATCH', { leaf: { issuer: 'CN=Other' } }],
  [
    'a leaf of another issuer’s key',
    'ISSUER_MISMATCH',
    {
      extensions: { '2.5.29.35': '3004 8002 abcd' },
      intermediate: await forging.makeIntermediate({
        extensions: [...authorityExtensions(), extension('2.5.29.14', '0402 abce')],
      }),
    },
  ],
  ['a leaf that is an authority', 'LEAF_INVALID', { leaf: { extensions: authorityExtensions() } }],
  ['a leaf that may not sign', 'LEAF_INVALID', { leaf: { extensions: [usage(KeyUsageFlags.keyAgreement)] } }],
  ['a leaf without key usage', 'LEAF_INVALID', { leaf: { extensions: [] } }],
  ['a leaf for another purpose', 'LEAF_INVALID', { extensions: { '2.5.29.37': '300a06082b06010505070301' } }],
  [
    'a leaf with an unknown critical extension',
    'LEAF_INVALID',
    { leaf: { extensions: [...forging.leafProfile(), extension('1.2.3', '0500', true)] } },
  ],
  [
    'a leaf that its own key signed',
    'LEAF_SIGNATURE_INVALID',
    { leaf: { signingKey: forging.leafKeys.privateKey } },
  ],
  [
    'a leaf that the root signed',
    'LEAF_SIGNATURE_INVALID',
    { leaf: { signingKey: forging.rootKeys.privateKey } },
  ],
  ['a leaf not valid yet', 'CERTIFICATE_NOT_YET_VALID', {}, { now: NOW - DAY - 1000 }],
  ['a time that no date can say', 'CERTIFICATE_EXPIRED', {}, { now: 1e300 }],
  ['a leaf that has expired', 'CERTIFICATE_EXPIRED', {}, { now: NOW + 2 * DAY + 1000 }],
  [
    'an intermediate not valid yet',
    'CERTIFICATE_NOT_YET_VALID',
    { intermediate: await forging.makeIntermediate({ notBefore: NOW + HOUR }) },
  ],
  [
    'an intermediate that has expired',
    'CERTIFICATE_EXPIRED',
    { intermediate: await forging.makeIntermediate({ notAfter: NOW - HOUR }) },
  ],
  [
    'a root not valid yet',
    'CERTIFICATE_NOT_YET_VALID',
    {},
    { roots: [await forging.makeRoot({ notBefore: NOW + HOUR })] },
  ],
  [
    'a root that has expired',
    'CERTIFICATE_EXPIRED',
    {},
    { roots: [await forging.makeRoot({ notAfter: NOW - HOUR })] },
  ],
];

/** The certificate with another key, which nobody can have, and a signature by the root that fits. */
function withKeyOffCurve(certificate: Uint8Array): Buffer {
  const { tbs, spki } = readCertificate(certificate) as Certificate;
  const changed = Buffer.from(tbs);
  const last = changed.indexOf(spki) + spki.length - 1;
  changed.writeUInt8(changed.readUInt8(last) ^ 1, last);
  const signature = sign('sha384', changed, KeyObject.from(forging.rootKeys.privateKey));
  return sequence(changed, sequence(oid('1.2.840.10045.4.3.3')), bits(signature));
}
