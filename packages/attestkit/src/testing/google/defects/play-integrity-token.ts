import { MAX_ENCRYPTED_LENGTH } from '../../../kernel/jose/jwe.js';
import { flipped } from '../../encode/jws.js';
import type { PlayIntegrityDefectWith } from './play-integrity-defect.js';

/** Faults of the two layers of a token that is decoded with the app's own response keys. */
export const PLAY_TOKEN_DEFECTS = {
  'token-too-large': {
    code: 'ERR_PLAY_INTEGRITY_TOKEN_TOO_LARGE',
    says: 'a token longer than any genuine one',
    encrypted: (token) => token.padEnd(MAX_ENCRYPTED_LENGTH + 1, 'A'),
  },
  'token-of-three-parts': {
    code: 'ERR_PLAY_INTEGRITY_TOKEN_MALFORMED',
    says: 'the last two parts of the encrypted token are missing',
    encrypted: (token) => token.split('.').slice(0, 3).join('.'),
  },
  'token-of-six-parts': {
    code: 'ERR_PLAY_INTEGRITY_TOKEN_MALFORMED',
    says: 'the encrypted token has a part more',
    encrypted: (token) => `${token}.AAAA`,
  },
  'token-padded': {
    code: 'ERR_PLAY_INTEGRITY_TOKEN_ENCODING_MALFORMED',
    says: 'the tag of the encrypted token has padding',
    encrypted: (token) => `${token}==`,
  },
  'encryption-header': {
    code: 'ERR_PLAY_INTEGRITY_TOKEN_HEADER_MALFORMED',
    says: 'the header of the encrypted token is a list',
    encryptionText: (text) => `[${text}]`,
  },
  'direct-encryption': {
    code: 'ERR_PLAY_INTEGRITY_TOKEN_ALGORITHM_MISMATCH',
    says: 'the header says that the key is not wrapped (`dir`)',
    encryption: (header) => ({ ...header, alg: 'dir' }),
  },
  'weaker-encryption': {
    code: 'ERR_PLAY_INTEGRITY_TOKEN_ENCRYPTION_MISMATCH',
    says: 'the header says A128GCM',
    encryption: (header) => ({ ...header, enc: 'A128GCM' }),
  },
  compressed: {
    code: 'ERR_PLAY_INTEGRITY_TOKEN_COMPRESSION_UNSUPPORTED',
    says: 'the header says that the content is compressed',
    encryption: (header) => ({ ...header, zip: 'DEF' }),
  },
  'encryption-critical': {
    code: 'ERR_PLAY_INTEGRITY_TOKEN_CRITICAL_UNSUPPORTED',
    says: 'the encryption demands an extension',
    encryption: (header) => ({ ...header, crit: ['exp'], exp: 1 }),
  },
  'shorter-key': {
    code: 'ERR_PLAY_INTEGRITY_TOKEN_LENGTHS_MALFORMED',
    says: 'a content key of 16 octets',
    keyLength: 16,
  },
  'longer-iv': {
    code: 'ERR_PLAY_INTEGRITY_TOKEN_LENGTHS_MALFORMED',
    says: 'an IV of 16 octets',
    ivLength: 16,
  },
  'shorter-tag': {
    code: 'ERR_PLAY_INTEGRITY_TOKEN_LENGTHS_MALFORMED',
    says: 'an authentication tag of 12 octets',
    tagLength: 12,
  },
  'other-response-key': {
    code: 'ERR_PLAY_INTEGRITY_TOKEN_KEY_UNKNOWN',
    says: 'the token is for another response key, as those that Google manages',
    otherSecret: true,
  },
  'ciphertext-changed': {
    code: 'ERR_PLAY_INTEGRITY_TOKEN_CIPHERTEXT_INVALID',
    says: 'one bit of the encrypted content is changed',
    encrypted: (token) => flipped(token, 3),
  },
  'tag-changed': {
    code: 'ERR_PLAY_INTEGRITY_TOKEN_CIPHERTEXT_INVALID',
    says: 'one bit of the authentication tag is changed',
    encrypted: (token) => flipped(token, -1),
  },
  'encrypted-twice': {
    code: 'ERR_PLAY_INTEGRITY_JWS_ENCRYPTION_UNSUPPORTED',
    says: 'what is encrypted has five parts too',
    token: (token) => `${token}.AAAA.AAAA`,
  },
  'verdict-not-signed': {
    code: 'ERR_PLAY_INTEGRITY_JWS_MALFORMED',
    says: 'what is encrypted has two parts, and no signature',
    token: (token) => token.split('.', 2).join('.'),
  },
  'signature-padded': {
    code: 'ERR_PLAY_INTEGRITY_JWS_ENCODING_MALFORMED',
    says: 'the signature inside has padding',
    token: (token) => `${token}==`,
  },
  'signed-header': {
    code: 'ERR_PLAY_INTEGRITY_JWS_HEADER_MALFORMED',
    says: 'the header of the signed verdict is a list',
    headerText: (text) => `[${text}]`,
  },
  unsigned: {
    code: 'ERR_PLAY_INTEGRITY_JWS_ALGORITHM_MISMATCH',
    says: 'the signed verdict says `none`',
    header: (header) => ({ ...header, alg: 'none' }),
    token: (token) => token.replace(/[^.]*$/, ''),
  },
  'hmac-with-public-key': {
    code: 'ERR_PLAY_INTEGRITY_JWS_ALGORITHM_MISMATCH',
    says: 'an HMAC with the public key for a secret, and a header that says so',
    header: (header) => ({ ...header, alg: 'HS256' }),
    hmac: true,
  },
  'signature-critical': {
    code: 'ERR_PLAY_INTEGRITY_JWS_CRITICAL_UNSUPPORTED',
    says: 'the signed verdict demands an extension',
    header: (header) => ({ ...header, crit: ['exp'], exp: 1 }),
  },
  'signed-type': {
    code: 'ERR_PLAY_INTEGRITY_JWS_TYPE_MISMATCH',
    says: 'what is signed is a token of another type',
    header: (header) => ({ ...header, typ: 'at+jwt' }),
  },
  'signed-by-stranger': {
    code: 'ERR_PLAY_INTEGRITY_JWS_SIGNATURE_INVALID',
    says: 'another key signed the verdict',
    stranger: true,
  },
  'signature-changed': {
    code: 'ERR_PLAY_INTEGRITY_JWS_SIGNATURE_INVALID',
    says: 'one bit of the signature is changed',
    token: (token) => flipped(token, -1),
  },
  'payload-list': {
    code: 'ERR_PLAY_INTEGRITY_JWS_PAYLOAD_MALFORMED',
    says: 'the signed verdict is a list',
    payloadText: (text) => `[${text}]`,
  },
  'payload-cut': {
    code: 'ERR_PLAY_INTEGRITY_JWS_PAYLOAD_MALFORMED',
    says: 'the signed verdict ends before its last brace',
    payloadText: (text) => text.slice(0, -1),
  },
} as const satisfies Readonly<Record<string, PlayIntegrityDefectWith>>;
