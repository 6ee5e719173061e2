import { hash, X509Certificate, type KeyObject } from 'node:crypto';
import { ConfigurationError } from '../../kernel/errors.js';
import { publicKeyOf, readCertificate, type Certificate } from '../../kernel/asn1/x509.js';

/**
 * Apple App Attestation Root CA, P-384, valid until 2045-03-15. Published by Apple's certificate authority
 * (https://www.apple.com/certificateauthority/). SHA-256 of the certificate:
 * 1CB9823BA28BA6AD2D33A006941DE2AE4F513EF1D4E831B9F7E0FA7B6242C932.
 */
export const APPLE_APP_ATTESTATION_ROOT = `-----BEGIN CERTIFICATE-----
MIICITCCAaegAwIBAgIQC/O+DvHN0uD7jG5yH2IXmDAKBggqhkjOPQQDAzBSMSYw
JAYDVQQDDB1BcHBsZSBBcHAgQXR0ZXN0YXRpb24gUm9vdCBDQTETMBEGA1UECgwK
QXBwbGUgSW5jLjETMBEGA1UECAwKQ2FsaWZvcm5pYTAeFw0yMDAzMTgxODMyNTNa
Fw00NTAzMTUwMDAwMDBaMFIxJjAkBgNVBAMMHUFwcGxlIEFwcCBBdHRlc3RhdGlv
biBSb290IENBMRMwEQYDVQQKDApBcHBsZSBJbmMuMRMwEQYDVQQIDApDYWxpZm9y
bmlhMHYwEAYHKoZIzj0CAQYFK4EEACIDYgAERTHhmLW07ATaFQIEVwTtT4dyctdh
NbJhFs/Ii2FdCgAHGbpphY3+d8qjuDngIN3WVhQUBHAoMeQ/cLiP1sOUtgjqK9au
Yen1mMEvRq9Sk3Jm5X8U62H+xTD3FE9TgS41o0IwQDAPBgNVHRMBAf8EBTADAQH/
MB0GA1UdDgQWBBSskRBTM72+aEH/pwyp5frq5eWKoTAOBgNVHQ8BAf8EBAMCAQYw
CgYIKoZIzj0EAwMDaAAwZQIwQgFGnByvsiVbpTKwSga0kP0e8EeDS4+sQmTvb7vn
53O5+FRXgeLhpJ06ysC5PrOyAjEAp5U4xDgEgllF7En3VcE3iexZZtKeYnpqtijV
oyFraWVIyd/dganmrduC1bmTBGwD
-----END CERTIFICATE-----
`;

/** A root that chains may end at. */
export interface TrustAnchor {
  readonly certificate: Certificate;
  readonly key: KeyObject;
  /** Its public key, base64 of the SPKI: what is pinned. */
  readonly id: string;
  /** SHA-256 of the SPKI, base64url. */
  readonly keyId: string;
  /** Pinned by `additionalRoots`. */
  readonly additional: boolean;
  /** Neither Apple's root nor an additional one: made for testing. */
  readonly virtual: boolean;
}

let apple: TrustAnchor | undefined;

/** Apple's root; read once, when it is needed. */
export function appleAnchor(): TrustAnchor {
  apple ??= readAnchor(APPLE_APP_ATTESTATION_ROOT, undefined);
  return apple;
}

/**
 * Roots as configured.
 *
 * @param roots PEM or DER; Apple's root alone unless given
 * @throws ConfigurationError naming `roots`
 */
export function trustAnchors(roots: readonly (string | Uint8Array)[] | undefined): readonly TrustAnchor[] {
  if (roots === undefined) return [appleAnchor()];
  if (roots.length === 0) throw unreadable('is empty');
  const { id } = appleAnchor();
  return roots.map((root) => readAnchor(root, id));
}

function readAnchor(root: string | Uint8Array, appleId: string | undefined): TrustAnchor {
  const certificate = readCertificate(derOf(root));
  const key = certificate === undefined ? undefined : publicKeyOf(certificate);
  if (certificate === undefined || key === undefined)
    throw unreadable('has a certificate that cannot be read');
  const id = Buffer.from(certificate.spki).toString('base64');
  const keyId = hash('sha256', certificate.spki, 'base64url');
  const virtual = appleId !== undefined && id !== appleId;
  return { certificate, key, id, keyId, additional: false, virtual };
}

function derOf(root: string | Uint8Array): Uint8Array {
  try {
    return new X509Certificate(root).raw;
  } catch (cause) {
    throw unreadable('has a certificate that cannot be read', cause);
  }
}

function unreadable(problem: string, cause?: unknown): ConfigurationError {
  const remedy = 'Give certificates as PEM or DER, or leave it out for Apple’s root.';
  return new ConfigurationError('roots', problem, remedy, cause === undefined ? undefined : { cause });
}
