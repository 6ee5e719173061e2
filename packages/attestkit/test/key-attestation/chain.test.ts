import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { KeyAttestationExpectations } from '../../src/key-attestation/index.js';
import { basicConstraints } from '../../../testing/src/encode/certificate.js';
import { bits, integer, NULL, oid, sequence } from '../../../testing/src/encode/der.js';
import { NOW } from './support/describe.js';
import {
  attestation,
  expectations,
  factoryDrafts,
  LEAF_KEY,
  named,
  newKey,
  provisioningInfo,
  remoteDrafts,
  ROOT,
  ROOT_KEY,
  signAll,
  STRANGER,
  type Draft,
} from './support/forge.js';
import { judge } from './support/judge.js';

const DAY = 86_400_000;
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
/** SubjectPublicKeyInfo of an RSA key whose modulus has so many octets; nobody knows the private key. */
const rsaKey = (modulus: number): Buffer =>
  sequence(
    sequence(oid('1.2.840.113549.1.1.1'), NULL),
    bits(sequence(integer(2n ** BigInt(8 * modulus) - 1n), integer(65_537))),
  );

/** The drafts with one of them changed. */
const changed =
  (make: () => Draft[], index: number, change: Partial<Draft>): (() => Draft[]) =>
  () =>
    make().map((draft, at) => (at === index ? { ...draft, ...change } : draft));

type Case = readonly [name: string, make: () => Draft[], expected?: Partial<KeyAttestationExpectations>];

const complete = ([name, make, expected = {}]: Case) => [name, make, expected] as const;

const honest: readonly Case[] = [
  ['remotely provisioned', remoteDrafts],
  ['from the factory, expired and of no authorities', factoryDrafts],
  ['of a StrongBox', () => remoteDrafts({ level: 2 })],
  ['of a StrongBox from the factory', () => factoryDrafts({ level: 2 })],
  ['whose leaf is not valid yet', changed(remoteDrafts, 0, { notBefore: NOW + DAY })],
  ['whose leaf has expired', changed(remoteDrafts, 0, { notAfter: NOW - DAY })],
  ['whose attestation certificate is valid from now on', changed(remoteDrafts, 1, { notBefore: NOW })],
  ['whose attestation certificate is valid until now', changed(remoteDrafts, 1, { notAfter: NOW })],
  ['whose root has expired', changed(remoteDrafts, 4, { notAfter: NOW - DAY })],
  ['whose root is not valid yet', changed(remoteDrafts, 4, { notBefore: NOW + DAY })],
  ['whose root was issued again', changed(remoteDrafts, 4, { serial: 0xd50fn })],
  ['without provisioning info', changed(remoteDrafts, 1, { extensions: [basicConstraints(true)] })],
  ['with a P-256 intermediate that signs with SHA-384', changed(remoteDrafts, 0, { hash: 'sha384' })],
  ['with an RSA attestation key', changed(factoryDrafts, 1, { key: rsa })],
  ['without its root, where that is allowed', () => remoteDrafts(), { allowOmittedRoot: true }],
  [
    'of three certificates, as one from the factory without its root',
    factoryDrafts,
    { allowOmittedRoot: true },
  ],
];

describe('accepts a chain', () => {
  it.each(honest.map(complete))('%s', (_name, make, expected) => {
    const chain = signAll(make());
    const sent = expected.allowOmittedRoot === true ? chain.slice(0, -1) : chain;
    expect(judge(sent, expectations(expected))).toBe('accepted');
  });
});

/** An honest chain, and below it a leaf that its attested key has signed. */
const extended =
  (extensions: Draft['extensions'], changes: Partial<Draft> = {}): (() => Draft[]) =>
  () => {
    const chain = remoteDrafts();
    const forged = { ...(chain[0] as Draft), key: STRANGER, extensions, ...changes };
    return [forged, ...chain];
  };

const OTHER_KEY = newKey('P-384');
const OTHER_ROOT = signAll(changed(remoteDrafts, 4, { key: OTHER_KEY })()).at(-1) as Buffer;
const twiceRooted = (): Draft[] => [...remoteDrafts(), ...remoteDrafts().slice(-1)];

const refused: Readonly<Record<string, readonly Case[]>> = {
  ISSUER_MISMATCH: [
    ['whose leaf names another issuer', changed(remoteDrafts, 0, { issuer: named(['CN', 'other']) })],
    [
      'whose upper certificate names another issuer',
      changed(remoteDrafts, 3, { issuer: named(['CN', 'other']) }),
    ],
  ],
  ROOT_MISSING: [
    ['without its root', () => remoteDrafts()],
    ['whose root is issued by another', changed(remoteDrafts, 4, { issuer: named(['CN', 'other']) })],
  ],
  ROOT_UNKNOWN: [
    ['of another root', changed(remoteDrafts, 4, { key: newKey('P-384') })],
    ['of Google’s shape alone', remoteDrafts, { roots: undefined }],
  ],
  ROOT_INVALID: [
    [
      'whose root has the pinned key, signed by another',
      changed(remoteDrafts, 4, { signer: newKey('P-384'), serial: 7n }),
    ],
  ],
  ROOT_REPEATED: [
    ['that has its root twice', twiceRooted],
    ['the same, where another root is pinned too', twiceRooted, { roots: [OTHER_ROOT, ROOT] }],
    [
      'in which another root that is pinned stands below the root',
      changed(remoteDrafts, 3, { key: OTHER_KEY }),
      { roots: [ROOT, OTHER_ROOT] },
    ],
  ],
  SIGNATURE_ALGORITHM_INVALID: [
    ['with SHA-1', changed(remoteDrafts, 0, { hash: 'sha1' })],
    [
      'whose algorithm is of another type of key',
      changed(remoteDrafts, 1, { algorithm: '1.2.840.113549.1.1.11' }),
    ],
    ['with an unknown algorithm', changed(remoteDrafts, 2, { algorithm: '1.2.3.4' })],
    [
      'with an issuer’s key that is an octet too large',
      changed(factoryDrafts, 1, { key: rsa, publicKey: rsaKey(563) }),
    ],
  ],
  SIGNATURE_INVALID: [
    ['whose leaf is signed by another', changed(remoteDrafts, 0, { signer: STRANGER })],
    [
      'with an issuer’s key that is as large as may be, and did not sign the leaf',
      changed(factoryDrafts, 1, { key: rsa, publicKey: rsaKey(562) }),
    ],
    ['whose leaf is signed by itself', changed(remoteDrafts, 0, { signer: LEAF_KEY })],
    ['whose attestation certificate is signed by another', changed(remoteDrafts, 1, { signer: STRANGER })],
    ['whose upper certificate is signed by another', changed(remoteDrafts, 3, { signer: newKey('P-384') })],
    [
      'whose algorithm is another hash than was used',
      changed(remoteDrafts, 0, { algorithm: '1.2.840.10045.4.3.3' }),
    ],
    ['whose leaf is signed by the root', changed(remoteDrafts, 0, { signer: ROOT_KEY, hash: 'sha256' })],
  ],
  NOT_YET_VALID: [
    ['whose attestation certificate is not valid yet', changed(remoteDrafts, 1, { notBefore: NOW + 1000 })],
    ['whose intermediate is not valid yet', changed(remoteDrafts, 2, { notBefore: NOW + DAY })],
    ['of a factory that is not valid yet', changed(factoryDrafts, 2, { notBefore: NOW + DAY })],
  ],
  EXPIRED: [
    ['whose attestation certificate has expired', changed(remoteDrafts, 1, { notAfter: NOW - 1000 })],
    ['whose intermediate has expired', changed(remoteDrafts, 2, { notAfter: NOW - DAY })],
    ['whose upper certificate has expired', changed(remoteDrafts, 3, { notAfter: NOW - DAY })],
    ['of no known shape, expired', changed(factoryDrafts, 2, { subject: named(['CN', 'Maker']) })],
    [
      'that has the name of a factory below the upper certificate alone',
      changed(changed(remoteDrafts, 2, { subject: named(['SERIAL', 'ab']) }), 1, { notAfter: NOW - DAY }),
    ],
  ],
  EXTENSION_MISSING: [
    [
      'without the attestation extension',
      changed(remoteDrafts, 0, { extensions: [basicConstraints(false)] }),
    ],
  ],
  LEAF_EXTENSION_MISSING: [
    ['below which the attested key has signed a certificate', extended([basicConstraints(false)])],
    [
      'the same, where attestation keys are allowed',
      extended([basicConstraints(false)]),
      { allowAttestKeys: true },
    ],
  ],
  EXTENSION_REPEATED: [
    ['below which the attested key has signed an attestation', extended([attestation()])],
    [
      'with an attestation in the attestation certificate',
      changed(remoteDrafts, 1, { extensions: [basicConstraints(true), attestation()] }),
    ],
    ['with an attestation in the root', changed(remoteDrafts, 4, { extensions: [attestation()] })],
    [
      'that is extended twice, where attestation keys are allowed',
      () => {
        const [leaf, ...rest] = extended([attestation()])();
        return [{ ...(leaf as Draft), key: newKey() }, leaf as Draft, ...rest];
      },
      { allowAttestKeys: true },
    ],
  ],
  PROVISIONING_POSITION_INVALID: [
    [
      'with provisioning info in the leaf',
      changed(remoteDrafts, 0, { extensions: [attestation(), provisioningInfo()] }),
    ],
    [
      'with provisioning info above the attestation certificate',
      changed(remoteDrafts, 2, { extensions: [basicConstraints(true), provisioningInfo()] }),
    ],
  ],
};

describe('refuses a chain', () => {
  for (const [code, cases] of Object.entries(refused)) {
    it.each(cases.map(complete))(`${code}: %s`, (_name, make, expected) => {
      const chain = signAll(make());
      const sent = code === 'ROOT_MISSING' ? chain.slice(0, -1) : chain;
      expect(judge(sent, expectations(expected))).toBe(code);
    });
  }

  it.each([0, 1, 2, 3, 4])('REVOKED: of which certificate %i is', (index) => {
    const revocations = { size: 1, isRevoked: (serial: string): boolean => serial === serials[index] };
    const serials = ['1', '65d29495', 'f59c', '3882', '84a9'];
    expect(judge(signAll(remoteDrafts()), expectations({ revocations }))).toBe('REVOKED');
  });

  it('REVOKED: of which a certificate has the serial number zero, as the list has it', () => {
    const revocations = { size: 1, isRevoked: (serial: string): boolean => serial === '0' };
    const chain = signAll(changed(remoteDrafts, 2, { serial: 0n })());
    expect(judge(chain, expectations({ revocations }))).toBe('REVOKED');
  });

  it('with a hole', () => {
    const sparse = [...signAll(remoteDrafts())];
    delete sparse[1];
    expect(judge(sparse, expectations())).toBe('CERTIFICATE_MALFORMED');
  });

  it('in another order', () => {
    const chain = signAll(remoteDrafts());
    expect(judge(chain.toReversed(), expectations())).toBe('ISSUER_MISMATCH');
    expect(judge(chain.with(1, chain[2] as Buffer).with(2, chain[1] as Buffer), expectations())).toBe(
      'ISSUER_MISMATCH',
    );
    expect(judge([...chain, chain[0] as Buffer], expectations())).toBe('ISSUER_MISMATCH');
    const other = signAll(factoryDrafts())[2] as Buffer;
    expect(judge(chain.toSpliced(2, 0, other), expectations())).toBe('ISSUER_MISMATCH');
    expect(judge(chain.toSpliced(2, 0, chain[2] as Buffer), expectations())).toBe('ISSUER_MISMATCH');
    expect(judge(chain.toSpliced(2, 1), expectations())).toBe('ISSUER_MISMATCH');
  });

  it('with any bit of a signature changed', () => {
    const chain = signAll(remoteDrafts());
    for (const [index, certificate] of chain.entries()) {
      for (const offset of [1, 9, 20, 40]) {
        const copy = Buffer.from(certificate);
        const at = copy.length - offset;
        copy.writeUInt8((copy[at] as number) ^ 1, at);
        const code = judge(chain.with(index, copy), expectations());
        expect([index, offset, code]).toEqual([
          index,
          offset,
          index === 4 ? 'ROOT_INVALID' : 'SIGNATURE_INVALID',
        ]);
      }
    }
  });
});
