import { ConfigurationError } from 'attestkit/errors';

/**
 * SHA-256 of signing certificates, given as bytes or in hexadecimal.
 *
 * @throws ConfigurationError naming `signingDigests`
 */
export function readDigests(digests: unknown): readonly Uint8Array[] {
  const read = (Array.isArray(digests) ? digests : []).map((digest: unknown) =>
    typeof digest === 'string' ? Buffer.from(digest.replaceAll(':', ''), 'hex') : digest,
  );
  if (read.length > 0 && read.every(isDigest)) return read;
  const remedy = 'Give SHA-256 of each signing certificate: 32 bytes, or their hexadecimal.';
  throw new ConfigurationError('signingDigests', 'is not a list of SHA-256 digests', remedy);
}

function isDigest(digest: unknown): digest is Uint8Array {
  return digest instanceof Uint8Array && digest.length === 32;
}
