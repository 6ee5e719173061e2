import { sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createAppAttestCache } from '../../src/app-attest/cache.js';
import { RECEIPT_CHECKS as CHECKS } from '../../src/app-attest/receipt/checks.js';
import { inspectAppAttestReceipt, verifyAppAttestReceipt } from '../../src/app-attest/receipt/verify.js';
import {
  basicConstraints,
  keyUsage,
  type CertificateFields,
} from '../../../testing/src/encode/certificate.js';
import { der, integer, NULL, oid, octets, sequence, set } from '../../../testing/src/encode/der.js';
import type { ReceiptChain, ReceiptSteps } from '../../../testing/src/apple/make-receipt.js';
import {
  authority,
  createAuthorities,
  newKeys,
  RECEIPT_SIGNER_MARK,
  type Authority,
} from '../../../testing/src/apple/authorities.js';
import { AUTHORITIES, codeOf, expected, failed, NOW, receipt } from './support/receipts.js';

const { attestationCa, attestationRoot, receiptCa, receiptRoot, receiptSigner } = AUTHORITIES;
const others = createAuthorities(NOW);

/** An authority with keys of its own, that differs from one of Apple's in some fields. */
function like(model: Authority, changes: Partial<CertificateFields>, issuer?: Authority): Authority {
  const { publicKey: _, ...fields } = model.fields;
  const identified = fields.extensions.filter((each) => each.oid !== '2.5.29.14' && each.oid !== '2.5.29.35');
  return authority(newKeys('P-256'), { ...fields, extensions: identified, ...changes }, issuer);
}

function withOther(model: Authority, extension: CertificateFields['extensions'][number]) {
  return [...model.fields.extensions.filter((each) => each.oid !== extension.oid), extension];
}

/** A receipt of this signer, with these certificates beside its own and the root's. */
function by(signer: Authority, ...certificates: readonly Authority[]): Uint8Array {
  const all = [signer, ...certificates, receiptRoot].map(({ certificate }) => certificate);
  return receipt({}, { chain: (): ReceiptChain => ({ signer, certificates: all }) });
}

/** A signer that differs in some fields, of an issuer that differs in some fields. */
function chain(
  changes: Partial<CertificateFields>,
  issuerChanges: Partial<CertificateFields> = {},
): Uint8Array {
  const issuer = like(receiptCa, issuerChanges, receiptRoot);
  return by(like(receiptSigner, changes, issuer), issuer);
}

function kept(model: Authority, drop: string) {
  return model.fields.extensions.filter((each) => each.oid !== drop && each.oid !== '2.5.29.35');
}

const critical = { oid: '1.2.3.4', critical: true, value: NULL };
const [signerExtensions, issuerExtensions] = [receiptSigner, receiptCa].map((model) =>
  kept(model, '2.5.29.14'),
);

const self = like(receiptCa, { issuer: receiptCa.fields.subject });
const selfSigner = like(receiptSigner, {}, self);
const stolenName = like(receiptCa, {}, undefined);

type Row = readonly [keyof typeof CHECKS, string, Uint8Array];

function signedBy(change: NonNullable<ReceiptSteps['signer']>): Uint8Array {
  return receipt({}, { signer: change });
}

const SHA384 = sequence(oid('2.16.840.1.101.3.4.2.2'), NULL);
const ECDSA_SHA384 = sequence(oid('1.2.840.10045.4.3.3'));
const attributes = der(0xa0, sequence(oid('1.2.840.113549.1.9.3'), set(oid('1.2.840.113549.1.7.1'))));

const REFUSED: readonly Row[] = [
  ['noAttributes', 'signed attributes', signedBy((s) => ({ ...s, signedAttributes: attributes }))],
  ['algorithms', 'a digest by SHA-384', signedBy((s) => ({ ...s, digest: SHA384 }))],
  ['algorithms', 'a signature with SHA-384', signedBy((s) => ({ ...s, algorithm: ECDSA_SHA384 }))],
  [
    'algorithms',
    'SHA-384 announced beside SHA-256',
    receipt({}, { signed: (s) => ({ ...s, digests: set(SHA384) }) }),
  ],
  ['signerPresent', 'no certificates', receipt({}, { signed: (s) => ({ ...s, certificates: [] }) })],
  [
    'signerPresent',
    'another serial number',
    signedBy((s) => ({ ...s, issuerAndSerial: sequence(receiptSigner.fields.issuer, integer(1)) })),
  ],
  [
    'signerPresent',
    'another issuer name',
    signedBy((s) => ({
      ...s,
      issuerAndSerial: sequence(receiptRoot.fields.subject, integer(receiptSigner.fields.serial)),
    })),
  ],
  [
    'signerPresent',
    'two certificates with the signer’s number',
    by(receiptSigner, like(receiptSigner, {}, receiptCa), receiptCa),
  ],
  [
    'signerPresent',
    'a certificate that cannot be read',
    receipt({}, { signed: (s) => ({ ...s, certificates: [sequence(), ...s.certificates.slice(1)] }) }),
  ],
  ['signature', 'no signature', signedBy((s) => ({ ...s, signature: octets('') }))],
  [
    'signature',
    'a signature of zeros',
    signedBy((s) => ({ ...s, signature: octets(sequence(integer(0), integer(0))) })),
  ],
  [
    'signature',
    'the two numbers of the signature side by side',
    receipt(
      {},
      {
        signature: (payload) =>
          sign('sha256', payload, { key: receiptSigner.signer.key, dsaEncoding: 'ieee-p1363' }),
      },
    ),
  ],
  [
    'signature',
    'a signature by the issuer',
    receipt({}, { signature: (p) => sign('sha256', p, receiptCa.signer.key) }),
  ],
  [
    'signature',
    'a signature with SHA-384',
    receipt({}, { signature: (p) => sign('sha384', p, receiptSigner.signer.key) }),
  ],
  [
    'signature',
    'a signature over the digest',
    receipt({}, { signature: (p) => sign('sha256', p.subarray(1), receiptSigner.signer.key) }),
  ],
  ['signerMark', 'no mark', chain({ extensions: kept(receiptSigner, RECEIPT_SIGNER_MARK.oid) })],
  ['signerMark', 'the issuer as the signer', by(receiptCa)],
  ['signerUsage', 'no key usage', chain({ extensions: kept(receiptSigner, '2.5.29.15') })],
  [
    'signerUsage',
    'a key to issue with',
    chain({ extensions: withOther(receiptSigner, keyUsage(0x04, 2)).filter(unidentified) }),
  ],
  [
    'signerUsage',
    'an authority that signs',
    chain({ extensions: withOther(receiptSigner, basicConstraints(true)).filter(unidentified) }),
  ],
  ['issuerPresent', 'no certificate of the issuer', by(receiptSigner)],
  ['issuerPresent', 'the issuer’s certificate of another Apple', by(receiptSigner, others.receiptCa)],
  [
    'issuerPresent',
    'the root of attestations in its place',
    by(receiptSigner, attestationRoot, attestationCa),
  ],
  [
    'issuerAuthority',
    'an issuer that is no authority',
    chain({}, { extensions: withOther(receiptCa, basicConstraints(false)).filter(unidentified) }),
  ],
  [
    'issuerAuthority',
    'an issuer that may not sign certificates',
    chain({}, { extensions: withOther(receiptCa, keyUsage(0x80, 7)).filter(unidentified) }),
  ],
  ['issuerAuthority', 'an issuer without key usage', chain({}, { extensions: kept(receiptCa, '2.5.29.15') })],
  ['signerIssued', 'a signer that signed itself', by(like(receiptSigner, {}), receiptCa)],
  ['signerIssued', 'an issuer of the same name', by(like(receiptSigner, {}, self), receiptCa)],
  ['root', 'a chain to a root of its own', by(others.receiptSigner, others.receiptCa, others.receiptRoot)],
  ['root', 'an issuer that signed itself', by(selfSigner, self)],
  [
    'root',
    'an issuer with the root’s name on it, signed by nobody',
    by(like(receiptSigner, {}, stolenName), stolenName),
  ],
  [
    'root',
    'a signer of the attestations’ authority',
    by(like(receiptSigner, { issuer: attestationCa.fields.subject }, attestationCa), attestationCa),
  ],
  [
    'root',
    'an issuer that the root’s key signed under another root’s name',
    chain({}, { issuer: others.attestationRoot.fields.subject }),
  ],
  [
    'critical',
    'a critical extension of the signer',
    chain({ extensions: [...(signerExtensions ?? []), critical] }),
  ],
  [
    'critical',
    'a critical extension of the issuer',
    chain({}, { extensions: [...(issuerExtensions ?? []), critical] }),
  ],
  ['validity', 'a signer that had expired', chain({ notAfter: NOW - 2000 })],
  ['validity', 'a signer from the future', chain({ notBefore: NOW + 2000 })],
  ['validity', 'an issuer that had expired', chain({}, { notAfter: NOW - 2000 })],
  ['validity', 'an issuer from the future', chain({}, { notBefore: NOW + 2000 })],
];

/** Checks of the signature and of its chain, of which one fault can fail several. */
const OF_SIGNATURE = new Set<string>(
  (
    [
      'noAttributes',
      'algorithms',
      'signerPresent',
      'signature',
      'signerMark',
      'signerUsage',
      'issuerPresent',
      'issuerAuthority',
      'signerIssued',
      'root',
      'critical',
    ] as const
  ).map((name) => CHECKS[name].code),
);

function unidentified({ oid: type }: { oid: string }): boolean {
  return type !== '2.5.29.14' && type !== '2.5.29.35';
}

describe('a receipt is refused', () => {
  it.each(REFUSED)('%s: %s', (name, _, bytes) => {
    expect(codeOf(bytes)).toBe(CHECKS[name].code);
    // Nothing else is wrong with it but what follows from the one fault.
    const wrong = failed(inspectAppAttestReceipt(bytes, expected).checks);
    expect(wrong.filter((code) => !OF_SIGNATURE.has(code))).toEqual(
      name === 'validity' ? [CHECKS.validity.code] : [],
    );
  });
});

describe('a chain is accepted', () => {
  it.each<readonly [string, Uint8Array]>([
    ['with an issuer under another name', chain({}, {})],
    [
      'without the root',
      receipt({}, { signed: (s) => ({ ...s, certificates: s.certificates.slice(0, 2) }) }),
    ],
    [
      'in another order',
      receipt({}, { signed: (s) => ({ ...s, certificates: s.certificates.toReversed() }) }),
    ],
    [
      'with certificates that nobody asked for',
      by(receiptSigner, others.receiptCa, receiptCa, attestationCa),
    ],
    [
      'beside an issuer of the same name that issued nothing',
      by(like(receiptSigner, {}, receiptCa), self, receiptCa),
    ],
    [
      'with an unknown extension',
      chain({ extensions: [...(signerExtensions ?? []), { oid: '1.2.3', value: NULL }] }),
    ],
  ])('%s', (_, bytes) => {
    expect(verifyAppAttestReceipt(bytes, expected).createdAt).toBe(NOW);
  });

  it('whose signer expired between the making of the receipt and now', () => {
    const bytes = chain({ notAfter: NOW + 10_000 });
    const later = { ...expected, now: NOW + 20_000 };
    expect(verifyAppAttestReceipt(bytes, later).createdAt).toBe(NOW);
  });

  it('under one of several roots', () => {
    const roots = [others.receiptRoot.certificate, receiptRoot.certificate];
    expect(verifyAppAttestReceipt(receipt(), { ...expected, roots }).virtual).toBe(true);
  });
});

it('a cache does not make a chain pass under a root of the same name with another key', () => {
  const cache = createAppAttestCache();
  const namesake = [like(receiptRoot, {}).certificate];
  expect(verifyAppAttestReceipt(receipt(), { ...expected, cache }).virtual).toBe(true);
  expect(codeOf(receipt(), { cache, roots: namesake })).toBe(CHECKS.root.code);
  expect(codeOf(receipt(), { roots: namesake })).toBe(CHECKS.root.code);
});
