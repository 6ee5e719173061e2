import { sha256 } from '../authenticator-data.js';
import { basicConstraints, name, signCertificate } from '../../encode/certificate.js';
import type { DefectWith, Step } from './defect.js';
import { der, indefinite, integer, octets, sequence, set } from '../../encode/der.js';
import { field, receiptTime, type ReceiptContents, type ReceiptSteps } from '../make-receipt.js';
import { newKeys } from '../authorities.js';

const MINUTE = 60_000;
const DAY = 86_400_000;
const APP_ID = 2;
const KEY = 3;
const CLIENT_HASH = 4;
const TOKEN = 5;
const TYPE = 6;
const ENVIRONMENT = 7;
const CREATED = 12;
const RISK_METRIC = 17;
const NOT_BEFORE = 19;
const EXPIRES = 21;

function no(type: number): Step<ReceiptSteps, 'fields'> {
  return (fields) => fields.filter((each) => each.type !== type);
}

/** Another value in the field, which is added if it is absent. */
function other(
  type: number,
  make: (contents: ReceiptContents) => string | Uint8Array,
): Step<ReceiptSteps, 'fields'> {
  return (fields, contents) => [...fields.filter((each) => each.type !== type), field(type, make(contents))];
}

/** Faults in the fields of a receipt; it is rightly signed, so that a verifier which misses one accepts it. */
export const RECEIPT_FIELD_DEFECTS = {
  'receipt-payload-list': {
    code: 'ERR_APP_ATTEST_RECEIPT_PAYLOAD_MALFORMED',
    says: 'a sequence of fields instead of the set',
    payload: (payload) => Buffer.concat([Buffer.of(0x30), payload.subarray(1)]),
  },
  'receipt-payload-open-ended': {
    code: 'ERR_APP_ATTEST_RECEIPT_PAYLOAD_MALFORMED',
    says: 'a payload of indefinite length',
    payload: (payload) => indefinite(0x31, payload.subarray(4)),
  },
  'receipt-payload-truncated': {
    code: 'ERR_APP_ATTEST_RECEIPT_PAYLOAD_MALFORMED',
    says: 'the last octet of the payload is cut off',
    payload: (payload) => payload.subarray(0, -1),
  },
  'receipt-payload-trailing-bytes': {
    code: 'ERR_APP_ATTEST_RECEIPT_PAYLOAD_MALFORMED',
    says: 'something follows the payload',
    payload: (payload) => Buffer.concat([payload, Buffer.of(5, 0)]),
  },
  'receipt-payload-empty': {
    code: 'ERR_APP_ATTEST_RECEIPT_PAYLOAD_MALFORMED',
    says: 'no payload at all',
    payload: () => Buffer.alloc(0),
  },
  'receipt-payload-nested-deep': {
    code: 'ERR_APP_ATTEST_RECEIPT_PAYLOAD_MALFORMED',
    says: 'sets nested a thousand deep',
    payload: () => Array.from({ length: 1000 }).reduce<Uint8Array>((inner) => set(inner), set()),
  },
  'receipt-payload-text-value': {
    code: 'ERR_APP_ATTEST_RECEIPT_PAYLOAD_MALFORMED',
    says: 'a field whose value is not an octet string',
    payload: () => set(sequence(integer(APP_ID), integer(1), der(0x0c, Buffer.from('x')))),
  },
  'receipt-payload-no-version': {
    code: 'ERR_APP_ATTEST_RECEIPT_PAYLOAD_MALFORMED',
    says: 'a field without a version',
    payload: () => set(sequence(integer(APP_ID), octets('x'))),
  },
  'receipt-many-fields': {
    code: 'ERR_APP_ATTEST_RECEIPT_PAYLOAD_MALFORMED',
    says: 'a thousand unknown fields',
    fields: (fields) => [...fields, ...Array.from({ length: 1000 }, (_, index) => field(100 + index, ''))],
  },
  'receipt-repeated-app': {
    code: 'ERR_APP_ATTEST_RECEIPT_FIELD_REPEATED',
    says: 'two app ids, the first one genuine',
    fields: (fields) => [...fields, field(APP_ID, 'TEAMID9999.com.example.stranger')],
  },
  'receipt-repeated-unknown': {
    code: 'ERR_APP_ATTEST_RECEIPT_FIELD_REPEATED',
    says: 'an unknown field twice',
    fields: (fields) => [...fields, field(99, 'one'), field(99, 'other')],
  },
  'receipt-no-app': {
    code: 'ERR_APP_ATTEST_RECEIPT_APP_ID_MALFORMED',
    says: 'no app id',
    fields: no(APP_ID),
  },
  'receipt-app-not-text': {
    code: 'ERR_APP_ATTEST_RECEIPT_APP_ID_MALFORMED',
    says: 'an app id that is not UTF-8',
    fields: other(APP_ID, () => Buffer.of(0xc3, 0x28)),
  },
  'receipt-no-key': {
    code: 'ERR_APP_ATTEST_RECEIPT_KEY_MALFORMED',
    says: 'no key',
    fields: no(KEY),
  },
  'receipt-key-alone': {
    code: 'ERR_APP_ATTEST_RECEIPT_KEY_MALFORMED',
    says: 'a bare key where Apple has its certificate',
    fields: other(KEY, () => newKeys('P-256').publicKey),
  },
  'receipt-no-client-hash': {
    code: 'ERR_APP_ATTEST_RECEIPT_CLIENT_HASH_MALFORMED',
    says: 'no client hash',
    fields: no(CLIENT_HASH),
  },
  'receipt-empty-client-hash': {
    code: 'ERR_APP_ATTEST_RECEIPT_CLIENT_HASH_MALFORMED',
    says: 'an empty client hash',
    fields: other(CLIENT_HASH, () => ''),
  },
  'receipt-no-token': {
    code: 'ERR_APP_ATTEST_RECEIPT_TOKEN_MALFORMED',
    says: 'no token',
    fields: no(TOKEN),
  },
  'receipt-no-type': {
    code: 'ERR_APP_ATTEST_RECEIPT_TYPE_UNKNOWN',
    says: 'no type',
    fields: no(TYPE),
  },
  'receipt-other-type': {
    code: 'ERR_APP_ATTEST_RECEIPT_TYPE_UNKNOWN',
    says: 'a type that Apple does not know',
    fields: other(TYPE, () => 'attest'),
  },
  'receipt-no-environment': {
    code: 'ERR_APP_ATTEST_RECEIPT_ENVIRONMENT_UNKNOWN',
    says: 'no environment',
    fields: no(ENVIRONMENT),
  },
  'receipt-unknown-environment': {
    code: 'ERR_APP_ATTEST_RECEIPT_ENVIRONMENT_UNKNOWN',
    says: 'an environment that Apple does not know',
    fields: other(ENVIRONMENT, () => 'development'),
  },
  'receipt-no-creation': {
    code: 'ERR_APP_ATTEST_RECEIPT_CREATED_MALFORMED',
    says: 'no creation time',
    fields: no(CREATED),
  },
  'receipt-creation-local': {
    code: 'ERR_APP_ATTEST_RECEIPT_CREATED_MALFORMED',
    says: 'a creation time in a zone of its own',
    fields: other(CREATED, ({ now }) => receiptTime(now).replace('Z', '+02:00')),
  },
  'receipt-creation-impossible': {
    code: 'ERR_APP_ATTEST_RECEIPT_CREATED_MALFORMED',
    says: 'a creation time on a day that does not exist',
    fields: other(CREATED, () => '2026-02-30T12:00:00.1Z'),
  },
  'receipt-risk-metric-negative': {
    code: 'ERR_APP_ATTEST_RECEIPT_RISK_METRIC_MALFORMED',
    says: 'a risk metric below zero',
    fields: other(RISK_METRIC, () => '-1'),
  },
  'receipt-risk-metric-not-a-number': {
    code: 'ERR_APP_ATTEST_RECEIPT_RISK_METRIC_MALFORMED',
    says: 'a risk metric that is not a number',
    fields: other(RISK_METRIC, () => 'one'),
  },
  'receipt-start-not-a-time': {
    code: 'ERR_APP_ATTEST_RECEIPT_NOT_BEFORE_MALFORMED',
    says: 'a start that is not a time',
    fields: other(NOT_BEFORE, () => 'tomorrow'),
  },
  'receipt-no-expiry': {
    code: 'ERR_APP_ATTEST_RECEIPT_EXPIRY_MALFORMED',
    says: 'no expiration time',
    fields: no(EXPIRES),
  },
  'receipt-expiry-not-a-time': {
    code: 'ERR_APP_ATTEST_RECEIPT_EXPIRY_MALFORMED',
    says: 'an expiration time in seconds',
    fields: other(EXPIRES, ({ now }) => String(Math.floor(now / 1000))),
  },
  'receipt-other-app': {
    code: 'ERR_APP_ATTEST_RECEIPT_APP_ID_MISMATCH',
    says: 'a receipt of another app',
    fields: other(APP_ID, () => 'TEAMID9999.com.example.stranger'),
  },
  'receipt-other-key': {
    code: 'ERR_APP_ATTEST_RECEIPT_KEY_MISMATCH',
    says: 'a receipt of another key',
    fields: other(KEY, strangersCertificate),
  },
  'receipt-other-leaf': {
    code: 'ERR_APP_ATTEST_RECEIPT_LEAF_MISMATCH',
    says: 'another certificate of the same key',
    needs: 'leafCertificate',
    fields: other(KEY, anotherCertificate),
  },
  'receipt-other-client-hash': {
    code: 'ERR_APP_ATTEST_RECEIPT_CLIENT_HASH_MISMATCH',
    says: 'a receipt for other client data',
    needs: 'clientDataHash',
    fields: other(CLIENT_HASH, () => sha256('other client data')),
  },
  'receipt-other-environment': {
    code: 'ERR_APP_ATTEST_RECEIPT_ENVIRONMENT_MISMATCH',
    says: 'a receipt of the other environment',
    needs: 'environment',
    fields: other(ENVIRONMENT, ({ environment }) =>
      environment === 'production' ? 'sandbox' : 'production',
    ),
  },
  'receipt-from-future': {
    code: 'ERR_APP_ATTEST_RECEIPT_NOT_YET_VALID',
    says: 'made ten minutes from now',
    contents: (contents) => ({ ...contents, now: contents.now + 10 * MINUTE }),
  },
  'receipt-too-old': {
    code: 'ERR_APP_ATTEST_RECEIPT_TOO_OLD',
    says: 'made ten minutes ago, where five are allowed',
    needs: 'maxAgeSeconds',
    contents: (contents) => ({ ...contents, now: contents.now - 10 * MINUTE }),
  },
  'receipt-expired': {
    code: 'ERR_APP_ATTEST_RECEIPT_EXPIRED',
    says: 'expired a day ago',
    fields: other(EXPIRES, ({ now }) => receiptTime(now - DAY)),
  },
} as const satisfies Record<string, DefectWith<ReceiptSteps>>;

/** A certificate like the attestation's, of an unknown key and by an unknown issuer. */
function strangersCertificate(contents: ReceiptContents): Uint8Array {
  return selfSigned(contents, newKeys('P-256').publicKey);
}

function anotherCertificate(contents: ReceiptContents): Uint8Array {
  return selfSigned(contents, contents.publicKey);
}

function selfSigned({ now }: ReceiptContents, publicKey: Uint8Array): Uint8Array {
  const named = name(['CN', 'Virtual stranger']);
  const validity = { notBefore: now - DAY, notAfter: now + 2 * DAY };
  const fields = {
    serial: 1n,
    issuer: named,
    subject: named,
    ...validity,
    publicKey,
    extensions: [basicConstraints(false)],
  };
  return signCertificate(fields, newKeys('P-256').signer);
}
