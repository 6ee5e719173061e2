import { trustAnchors, type TrustAnchor } from '../attestation/roots.js';

/**
 * Apple Root CA - G3, which the signers of receipts chain to; not the root of attestations. As Apple publishes it at
 * www.apple.com/certificateauthority, and as it stands in every receipt. SHA-256 of the certificate:
 * 63343abfb89a6a03ebb57e9b3f5fa7be7c4f5c756f3017b3a8c488c3653e9179. Valid until 2039-04-30.
 */
const APPLE_ROOT_CA_G3 = [
  'MIICQzCCAcmgAwIBAgIILcX8iNLFS5UwCgYIKoZIzj0EAwMwZzEbMBkGA1UEAwwSQXBwbGUgUm9vdCBDQSAtIEczMSYwJAYD',
  'VQQLDB1BcHBsZSBDZXJ0aWZpY2F0aW9uIEF1dGhvcml0eTETMBEGA1UECgwKQXBwbGUgSW5jLjELMAkGA1UEBhMCVVMwHhcN',
  'MTQwNDMwMTgxOTA2WhcNMzkwNDMwMTgxOTA2WjBnMRswGQYDVQQDDBJBcHBsZSBSb290IENBIC0gRzMxJjAkBgNVBAsMHUFw',
  'cGxlIENlcnRpZmljYXRpb24gQXV0aG9yaXR5MRMwEQYDVQQKDApBcHBsZSBJbmMuMQswCQYDVQQGEwJVUzB2MBAGByqGSM49',
  'AgEGBSuBBAAiA2IABJjpLz1AcqTtkyJygRMc3RCV8cWjTnHcFBbZDuWmBSp3ZHtfTjjTuxxEtX/1H7YyYl3J6YRbTzBPEVoA',
  '/VhYDKX1DyxNB0cTddqXl5dvMVztK517IDvYuVTZXpmkOlEKMaNCMEAwHQYDVR0OBBYEFLuw3qFYM4iapIqZ3r6966/ayySr',
  'MA8GA1UdEwEB/wQFMAMBAf8wDgYDVR0PAQH/BAQDAgEGMAoGCCqGSM49BAMDA2gAMGUCMQCD6cHEFl4aXTQY2e3v9GwOAEZL',
  'uN+yRhHFD/3meoyhpmvOwgPUnPWTxnS4at+qIxUCMG1mihDK1A3UT82NQz60imOlM27jbdoXt2QfyFMm+YhidDkLF1vLUagM',
  '6BgD56KyKA==',
].join('');

let apple: TrustAnchor | undefined;

/** Apple's root; read once, when it is needed. */
function appleAnchor(): TrustAnchor {
  const [anchor] = trustAnchors([Buffer.from(APPLE_ROOT_CA_G3, 'base64')]);
  return { ...(anchor as TrustAnchor), virtual: false };
}

/**
 * Roots that receipts may chain to, as configured.
 *
 * @param roots PEM or DER; Apple's root alone unless given
 * @throws ConfigurationError naming `roots`
 */
export function receiptAnchors(roots: readonly (string | Uint8Array)[] | undefined): readonly TrustAnchor[] {
  apple ??= appleAnchor();
  const { id } = apple;
  if (roots === undefined) return [apple];
  return trustAnchors(roots).map((anchor) => ({ ...anchor, virtual: anchor.id !== id }));
}
