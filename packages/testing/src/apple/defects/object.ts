import type { DefectWith, Step } from './defect.js';
import {
  added,
  asMap,
  BROKEN_TEXT,
  nested,
  longHead,
  openEnded,
  repeated,
  replaced,
  without,
} from './cbor.js';
import type { CborMap, CborValue } from '../../encode/cbor.js';
import type { AttestationSteps } from '../make-attestation.js';

/** Changes the map `attStmt`. */
function statement(change: (old: CborMap) => CborValue): Step<AttestationSteps, 'map'> {
  return (sound) => replaced(sound, 'attStmt', (old) => change(asMap(old)));
}

/** Faults of the object as a whole. */
export const OBJECT_DEFECTS = {
  oversized: {
    code: 'ERR_APP_ATTEST_TOO_LARGE',
    says: 'more octets than any attestation has',
    map: (sound) => added(sound, 'fill', Buffer.alloc(32_768)),
  },
  empty: { code: 'ERR_APP_ATTEST_CBOR_MALFORMED', says: 'no octets at all', bytes: () => Buffer.alloc(0) },
  truncated: {
    code: 'ERR_APP_ATTEST_CBOR_MALFORMED',
    says: 'the last octet is cut off',
    bytes: (bytes) => bytes.subarray(0, -1),
  },
  'trailing-bytes': {
    code: 'ERR_APP_ATTEST_CBOR_MALFORMED',
    says: 'something follows the object',
    bytes: (bytes) => Buffer.concat([bytes, Buffer.of(0xf6)]),
  },
  'not-a-map': {
    code: 'ERR_APP_ATTEST_CBOR_MALFORMED',
    says: 'a list instead of the map',
    map: (sound) => sound.pairs.map(([, value]) => value),
  },
  'nested-deep': {
    code: 'ERR_APP_ATTEST_CBOR_MALFORMED',
    says: 'lists nested 10,000 deep beside the expected members',
    map: (sound) => added(sound, 'deep', nested(10_000)),
  },
  'open-ended': { code: 'ERR_APP_ATTEST_CBOR_MALFORMED', says: 'a map of indefinite length', map: openEnded },
  'long-head': {
    code: 'ERR_APP_ATTEST_CBOR_MALFORMED',
    says: 'a length that is not in its shortest form',
    map: longHead,
  },
  'repeated-data': {
    code: 'ERR_APP_ATTEST_CBOR_MALFORMED',
    says: 'authenticator data twice, the second one genuine',
    map: (sound) => repeated(sound, 'authData', Buffer.alloc(164), 'before'),
  },
  'repeated-receipt': {
    code: 'ERR_APP_ATTEST_CBOR_MALFORMED',
    says: 'two receipts, the first one genuine',
    map: statement((old) => repeated(old, 'receipt', Buffer.alloc(8), 'after')),
  },
  'broken-key': {
    code: 'ERR_APP_ATTEST_CBOR_MALFORMED',
    says: 'a key that is not UTF-8',
    map: (sound) => added(sound, BROKEN_TEXT, 0),
  },
  'list-as-key': {
    code: 'ERR_APP_ATTEST_CBOR_MALFORMED',
    says: 'a key that is a list',
    map: (sound) => added(sound, [], 0),
  },
  'no-format': {
    code: 'ERR_APP_ATTEST_FORMAT_UNKNOWN',
    says: 'no format',
    map: (sound) => without(sound, 'fmt'),
  },
  'no-statement': {
    code: 'ERR_APP_ATTEST_STATEMENT_MALFORMED',
    says: 'no attestation statement',
    map: (sound) => without(sound, 'attStmt'),
  },
  'no-data': {
    code: 'ERR_APP_ATTEST_STATEMENT_MALFORMED',
    says: 'no authenticator data',
    map: (sound) => without(sound, 'authData'),
  },
  'no-certificates': {
    code: 'ERR_APP_ATTEST_STATEMENT_MALFORMED',
    says: 'no certificates',
    map: statement((old) => without(old, 'x5c')),
  },
  'no-receipt': {
    code: 'ERR_APP_ATTEST_STATEMENT_MALFORMED',
    says: 'no receipt',
    map: statement((old) => without(old, 'receipt')),
  },
  'more-in-statement': {
    code: 'ERR_APP_ATTEST_STATEMENT_MALFORMED',
    says: 'an unknown member of the attestation statement',
    map: statement((old) => added(old, 'alg', -7)),
  },
  'certificates-as-bytes': {
    code: 'ERR_APP_ATTEST_STATEMENT_MALFORMED',
    says: 'the certificates are not a list',
    map: statement((old) => replaced(old, 'x5c', () => Buffer.alloc(8))),
  },
  'receipt-as-text': {
    code: 'ERR_APP_ATTEST_STATEMENT_MALFORMED',
    says: 'the receipt is text',
    map: statement((old) => replaced(old, 'receipt', () => 'MIAGCSqGSIb3DQEHAqCA')),
  },
  'other-format': {
    code: 'ERR_APP_ATTEST_FORMAT_UNKNOWN',
    says: 'the format of another kind of attestation',
    object: (object) => ({ ...object, format: 'apple' }),
  },
} as const satisfies Record<string, DefectWith<AttestationSteps>>;
