import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createCorpus } from '../../src/kinds/app-attest/corpus.js';
import { chainOf } from '../../src/kinds/app-attest/objects.js';
import { signedBy } from '../../src/mutators/certificates.js';
import { readBer } from '../../src/readers/ber.js';
import { compareCertificates, extensionsOf, isChain } from '../../src/readers/certificates.js';
import { otherForm } from '../../src/readers/ecdsa.js';
import { der, encode, row } from '../../src/readers/tree.js';
import { NOW } from '../../src/run/now.js';
import { subject } from '../../src/subject/subject.js';

const [group, another] = createCorpus('attestation', subject).virtual;
const [leaf, issuer] = chainOf(group?.objects[0]?.tree ?? row([])) as [Buffer, Buffer];
const [otherLeaf] = chainOf(another?.objects[0]?.tree ?? row([])) as [Buffer];
const root = group?.terms.root ?? Buffer.alloc(0);
const DAY = 86_400_000;

describe('a chain of certificates', () => {
  it('is one for the reader as it is one for OpenSSL', () => {
    const [one, two, three] = [leaf, issuer, root].map((bytes) => new X509Certificate(bytes));
    expect(one && two && three && one.checkIssued(two) && two.verify(three.publicKey)).toBe(true);
    expect(isChain([leaf, issuer, root], NOW)).toBe(true);
  });

  it.each<[string, readonly [Buffer, Buffer, Buffer], number]>([
    ['the leaf of another device with another issuer', [otherLeaf, root, root], NOW],
    ['the leaf twice', [leaf, leaf, root], NOW],
    ['another order', [issuer, leaf, root], NOW],
    ['a leaf with a broken signature', [broken(leaf), issuer, root], NOW],
    ['an issuer with a broken signature', [leaf, broken(issuer), root], NOW],
    ['a leaf that a stranger signed', [strange(leaf), issuer, root], NOW],
    ['a time before it began', [leaf, issuer, root], NOW - 3 * DAY],
    ['a time after it ended', [leaf, issuer, root], NOW + 40_000 * DAY],
  ])('is none with %s', (_, chain, now) => {
    expect(isChain(chain, now)).toBe(false);
  });
});

describe('two certificates', () => {
  it('are the same, or the same with the other form of the signature, or not the same', () => {
    const [tbs, algorithm, signature] = readBer(leaf)?.children ?? [];
    const bits = readBer(signature?.content?.subarray(1) ?? Buffer.alloc(0)) ?? row([]);
    const content = Buffer.concat([Buffer.of(0), encode(otherForm(bits) ?? bits)]);
    const twin = encode(der(0x30, { children: [tbs ?? bits, algorithm ?? bits, der(0x03, { content })] }));
    expect(compareCertificates(leaf, leaf)).toBe('same');
    expect(compareCertificates(twin, leaf)).toBe('other form');
    expect(compareCertificates(broken(leaf), leaf)).toBeUndefined();
    expect(compareCertificates(strange(leaf), leaf)).toBeUndefined();
    expect(compareCertificates(otherLeaf, leaf)).toBeUndefined();
    expect(compareCertificates(Buffer.alloc(0), leaf)).toBeUndefined();
  });
});

it('finds the extensions by their identifiers', () => {
  expect(extensionsOf(leaf).get('06092a864886f763640802')).toMatch(/^3024a1220420[0-9a-f]{64}$/);
  expect(extensionsOf(root).has('0603551d13')).toBe(true);
});

/** With the last octet of the signature flipped. */
function broken(certificate: Buffer): Buffer {
  const copy = Buffer.from(certificate);
  copy.writeUInt8(copy.readUInt8(copy.length - 1) ^ 1, copy.length - 1);
  return copy;
}

function strange(certificate: Buffer): Buffer {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return encode(signedBy(readBer(certificate) ?? row([]), privateKey));
}
