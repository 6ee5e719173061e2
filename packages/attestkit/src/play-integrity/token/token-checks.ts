import { freezeJson } from '../../kernel/bytes/json.js';
import type { JweChecks } from '../../kernel/jose/jwe.js';
import { jwtChecks, type JwtChecks } from '../../kernel/jose/jwt-checks.js';
import type { CheckDef } from '../../ports/checks.js';

/** Checks of the token's encryption: the outer layer of one that is decoded here. */
export const TOKEN_CHECKS = freezeJson({
  size: {
    name: 'encrypted token size',
    code: 'ERR_PLAY_INTEGRITY_TOKEN_TOO_LARGE',
    stage: 'malformed',
    says: 'the Play Integrity token is longer than any genuine one',
    spec: 'attestkit, input caps',
  },
  compact: {
    name: 'encrypted token in five parts',
    code: 'ERR_PLAY_INTEGRITY_TOKEN_MALFORMED',
    stage: 'malformed',
    says: 'the Play Integrity token does not have the five parts of an encrypted token',
    spec: 'RFC 7516 §7.1',
  },
  encoding: {
    name: 'encrypted parts in base64url',
    code: 'ERR_PLAY_INTEGRITY_TOKEN_ENCODING_MALFORMED',
    stage: 'malformed',
    says: 'the Play Integrity token has a part that is not canonical base64url without padding',
    spec: 'RFC 7516 §7.1, RFC 4648 §3.5',
  },
  header: {
    name: 'encryption header is a JSON object',
    code: 'ERR_PLAY_INTEGRITY_TOKEN_HEADER_MALFORMED',
    stage: 'malformed',
    says: 'the header of the Play Integrity token is not a JSON object',
    spec: 'RFC 7516 §4',
  },
  algorithm: {
    name: 'pinned key wrapping',
    code: 'ERR_PLAY_INTEGRITY_TOKEN_ALGORITHM_MISMATCH',
    stage: 'untrusted',
    says: 'the key of the Play Integrity token is not wrapped with A256KW',
    spec: 'Google, Classic requests; RFC 8725 §3.1',
  },
  encryption: {
    name: 'pinned encryption',
    code: 'ERR_PLAY_INTEGRITY_TOKEN_ENCRYPTION_MISMATCH',
    stage: 'untrusted',
    says: 'the Play Integrity token is not encrypted with A256GCM',
    spec: 'Google, Classic requests; RFC 8725 §3.1',
  },
  compressed: {
    name: 'not compressed',
    code: 'ERR_PLAY_INTEGRITY_TOKEN_COMPRESSION_UNSUPPORTED',
    stage: 'untrusted',
    says: 'the Play Integrity token is compressed, and no genuine one is',
    spec: 'RFC 8725 §3.6',
  },
  critical: {
    name: 'no critical extensions of the encryption',
    code: 'ERR_PLAY_INTEGRITY_TOKEN_CRITICAL_UNSUPPORTED',
    stage: 'untrusted',
    says: 'the encryption of the Play Integrity token demands an extension that is not understood',
    spec: 'RFC 7516 §4.1.13',
  },
  lengths: {
    name: 'lengths of wrapped key, IV and tag',
    code: 'ERR_PLAY_INTEGRITY_TOKEN_LENGTHS_MALFORMED',
    stage: 'malformed',
    says: 'the wrapped key, the IV or the authentication tag of the Play Integrity token has another length than its algorithm gives it',
    spec: 'RFC 7518 §4.4, §5.3',
  },
  key: {
    name: 'wrapped for a response key',
    code: 'ERR_PLAY_INTEGRITY_TOKEN_KEY_UNKNOWN',
    stage: 'untrusted',
    says: 'no configured response key unwraps the Play Integrity token: it may be of a standard request, encrypted with keys that Google manages, or of an app that is not on Play; Google alone can decode those',
    spec: 'RFC 3394 §2.2.3; Google, Classic requests',
  },
  decrypts: {
    name: 'decryption',
    code: 'ERR_PLAY_INTEGRITY_TOKEN_CIPHERTEXT_INVALID',
    stage: 'untrusted',
    says: 'the Play Integrity token was altered after it was encrypted',
    spec: 'RFC 7516 §5.2, step 16',
  },
} as const satisfies JweChecks);

/** The checks of the JWS inside; a subset of them is used, since a verdict does not have the registered claims. */
export const JWS_CHECKS: JwtChecks<'PLAY_INTEGRITY_JWS'> = jwtChecks(
  'PLAY_INTEGRITY_JWS',
  'the signed verdict inside the Play Integrity token',
  'untrusted',
);

const { size, encrypted, compact, encoding, header, algorithm, critical, type, key, signature, payload } =
  JWS_CHECKS;

/** Those that are used. */
export const USED_JWS_CHECKS = [
  size,
  encrypted,
  compact,
  encoding,
  header,
  algorithm,
  critical,
  type,
  key,
  signature,
  payload,
] as const satisfies readonly CheckDef[];
