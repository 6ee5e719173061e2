import { createHash, X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  APPLE_APP_ATTESTATION_ROOT,
  appleAnchor,
  trustAnchors,
} from '../../src/app-attest/attestation/roots.js';
import { readCertificate, type Certificate } from '../../src/kernel/asn1/x509.js';
import { ROOT_DER } from './support/forge.js';

const FINGERPRINT = '1cb9823ba28ba6ad2d33a006941de2ae4f513ef1d4e831b9f7e0fa7b6242c932';

describe('Apple’s root', () => {
  const root = new X509Certificate(APPLE_APP_ATTESTATION_ROOT);

  it('is the one that Apple publishes, by its fingerprint', () => {
    expect(createHash('sha256').update(root.raw).digest('hex')).toBe(FINGERPRINT);
  });

  it('signed itself, and is valid until 2045', () => {
    expect(root.verify(root.publicKey)).toBe(true);
    expect(new Date(appleAnchor().certificate.notAfter).toISOString()).toBe('2045-03-15T00:00:00.000Z');
  });

  it('is the one unless others are configured; others are for testing', () => {
    expect(trustAnchors(undefined)).toEqual([appleAnchor()]);
    expect(appleAnchor().virtual).toBe(false);
    const given = trustAnchors([APPLE_APP_ATTESTATION_ROOT, root.raw, ROOT_DER]);
    expect(given.map(({ virtual }) => virtual)).toEqual([false, false, true]);
  });

  it('can have no key that cannot be used', () => {
    const { spki } = readCertificate(ROOT_DER) as Certificate;
    const last = ROOT_DER.indexOf(spki) + spki.length - 1;
    const offCurve = Buffer.from(ROOT_DER);
    offCurve.writeUInt8(offCurve.readUInt8(last) ^ 1, last);
    expect(new X509Certificate(offCurve).raw).toEqual(offCurve);
    expect(() => trustAnchors([ROOT_DER, offCurve])).toThrow(
      expect.objectContaining({ variable: 'roots', problem: 'has a certificate that cannot be read' }),
    );
  });

  it.each([
    ['no root', []],
    ['text', ['not a certificate']],
    ['bytes', [Buffer.of(0x30, 0)]],
    ['a key', ['-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----']],
  ])('cannot be configured as %s', (_, roots) => {
    expect(() => trustAnchors(roots)).toThrow(expect.objectContaining({ variable: 'roots' }));
  });
});
