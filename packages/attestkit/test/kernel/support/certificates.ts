import { webcrypto } from 'node:crypto';
// oxlint-disable-next-line import/no-unassigned-import -- @peculiar/x509 cannot be imported without it
import 'reflect-metadata';
import {
  BasicConstraintsExtension,
  Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';

/** A key pair of another implementation than the one under test. */
export function newKeys(namedCurve: 'P-256' | 'P-384'): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve }, true, ['sign', 'verify']);
}

/** What a certificate is to say. */
export interface CertificateOptions {
  readonly subject: string;
  readonly issuer: string;
  readonly publicKey: webcrypto.CryptoKey;
  readonly signingKey: webcrypto.CryptoKey;
  readonly hash?: string;
  /** Milliseconds since the epoch. */
  readonly notBefore: number;
  readonly notAfter: number;
  readonly extensions: readonly Extension[];
}

/** Makes a certificate with another encoder than ours, which has none. */
export async function makeCertificate(options: CertificateOptions): Promise<Buffer> {
  const { hash = 'SHA-384', notBefore, notAfter, extensions, ...rest } = options;
  const certificate = await X509CertificateGenerator.create({
    ...rest,
    serialNumber: '0102030405',
    notBefore: new Date(notBefore),
    notAfter: new Date(notAfter),
    signingAlgorithm: { name: 'ECDSA', hash },
    extensions: [...extensions],
  });
  return Buffer.from(certificate.rawData);
}

/** Extensions of an authority. */
export function authorityExtensions(pathLength?: number): Extension[] {
  return [new BasicConstraintsExtension(true, pathLength, true), usage(KeyUsageFlags.keyCertSign)];
}

export function usage(flags: KeyUsageFlags): Extension {
  return new KeyUsagesExtension(flags, true);
}

/** An extension of any content, in hexadecimal. */
export function extension(oid: string, hex: string, critical = false): Extension {
  return new Extension(oid, critical, Buffer.from(hex.replaceAll(' ', ''), 'hex'));
}

export {
  BasicConstraintsExtension,
  Extension,
  KeyUsageFlags,
  X509Certificate as PeculiarCertificate,
} from '@peculiar/x509';
