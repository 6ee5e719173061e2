import { createHash, X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { EARLIER_ROOTS, GOOGLE_ROOTS, SOFTWARE_ROOTS } from '../../src/key-attestation/chain/google-roots.js';
import { googleAnchors, trustAnchors } from '../../src/key-attestation/chain/roots.js';
import { ConfigurationError } from '../../src/kernel/errors.js';
import { bits, oid, sequence } from '../../../testing/src/encode/der.js';
import { vectors } from '../vectors.js';
import { remoteDrafts, ROOT, signAll, type Draft } from './support/forge.js';
import { chainOf } from './support/published.js';

const sha256 = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest();
const published = vectors('key-attestation/');

describe('Google’s roots', () => {
  it.each([
    ['google-rsa4096', /^feb2ea75.*fbae$/],
    ['google-p384', /^3ee44512.*07ec$/],
  ])('%s has the key that is known of it', (name, digest) => {
    const [anchor, ...more] = googleAnchors().filter((each) => each.name === name);
    expect(more).toEqual([]);
    expect(sha256(anchor?.spki ?? new Uint8Array()).toString('hex')).toMatch(digest);
    expect(anchor?.virtual).toBe(false);
  });

  it('are the certificates that Google publishes, signed by themselves', () => {
    // SHA-256 of the certificates, as published beside them.
    const digests = GOOGLE_ROOTS.map(({ certificate }) =>
      new X509Certificate(certificate).fingerprint256.slice(0, 11),
    );
    expect(digests).toEqual(['CE:DB:1C:B6', '6D:9D:B4:CE']);
    for (const { certificate } of GOOGLE_ROOTS) {
      const root = new X509Certificate(certificate);
      expect(root.verify(root.publicKey)).toBe(true);
    }
  });

  published.run('are the roots at the end of real chains, whichever certificate of them', (files) => {
    const seen = new Set<string>();
    for (const vector of files) {
      const last = chainOf(vector).at(-1) as Buffer;
      const root = new X509Certificate(last);
      const anchor = googleAnchors().find(({ spki }) =>
        root.publicKey.export({ type: 'spki', format: 'der' }).equals(spki),
      );
      if (anchor === undefined || root.subject !== root.issuer) continue;
      // All of them were looked at when they were pinned, or else their own signature is.
      expect(root.verify(root.publicKey)).toBe(true);
      const known = [sha256(anchor.der).toString('base64'), ...anchor.earlier];
      expect(known).toContain(sha256(last).toString('base64'));
      seen.add(root.fingerprint256);
    }
    expect(seen.size).toBeGreaterThanOrEqual(4);
    expect(EARLIER_ROOTS.length).toBe(3);
  });

  published.run('are none of AOSP’s for keys in software', (files) => {
    const roots = files
      .filter(({ expected }) => (expected as { because: string }).because.includes('aosp-software-ec'))
      .map((vector) => new X509Certificate(chainOf(vector).at(-1) as Buffer).publicKey);
    expect(roots.length).toBeGreaterThan(0);
    for (const key of roots) {
      const id = sha256(key.export({ type: 'spki', format: 'der' })).toString('base64');
      expect(SOFTWARE_ROOTS[id]).toBe('aosp-software-ec');
    }
  });
});

describe('configured roots', () => {
  it('are for testing, unless they are Google’s', () => {
    const pem = new X509Certificate(ROOT).toString();
    const anchors = trustAnchors([ROOT, pem, ...GOOGLE_ROOTS.map(({ certificate }) => certificate)]);
    expect(anchors.map(({ name, virtual }) => [name, virtual])).toEqual([
      ['virtual', true],
      ['virtual', true],
      ['google-rsa4096', false],
      ['google-p384', false],
    ]);
  });

  const [root] = remoteDrafts().slice(-1) as [Draft];
  it.each<[string, Partial<Draft>]>([
    ['a key of an unknown kind', { publicKey: sequence(sequence(oid('1.2.3')), bits(Buffer.alloc(32))) }],
    ['an extension twice', { extensions: [...root.extensions, ...root.extensions] }],
  ])('are refused with %s', (_name, change) => {
    const [der] = signAll([{ ...root, ...change }]);
    expect(() => trustAnchors([der as Buffer])).toThrow(
      expect.objectContaining({ constructor: ConfigurationError, variable: 'roots' }) as Error,
    );
  });

  it('take the place of Google’s', () => {
    expect(trustAnchors([ROOT]).length).toBe(1);
    expect(trustAnchors(undefined)).toBe(googleAnchors());
  });
});
