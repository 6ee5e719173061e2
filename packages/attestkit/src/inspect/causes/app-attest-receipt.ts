import { WATCH_FORGERIES, type Cause, type Causes, type CodeOf } from './cause.js';

type ReceiptCode = Extract<CodeOf<'app-attest'>, `ERR_APP_ATTEST_RECEIPT_${string}`>;

/** The receipt comes with the attestation, and later from Apple: an app cannot change it without breaking its signature. */
const CUT: Cause = [
  'The receipt was damaged when it was stored or copied: cut off, encoded twice, or mixed up with the whole attestation.',
  'Operator: store the bytes of the receipt unchanged, and inspect the base64 that `guard.devices.receipt` returns.',
];

const FIELDS: Cause = [
  'Not sent by an honest app: Apple writes this field into every receipt. Apple may also have changed the format.',
  'Operator: inspect the receipt. If receipts that come from Apple get this code, update attestkit.',
];

const SIGNER: Cause = [
  'Not sent by an honest app: Apple’s signer of receipts has such a certificate. Apple may also have changed how it signs.',
  'Operator: inspect the receipt. If receipts that come from Apple get this code, update attestkit.',
];

const FORGED: Cause = [
  'Not sent by an honest app: the receipt was altered, or was not signed by Apple.',
  WATCH_FORGERIES,
];

const OTHER_RECEIPT: Cause = [
  'The receipt belongs to another key or attestation: the application mixed up two records.',
  'Operator: keep each receipt with its own key, and replace it only by the receipt that Apple returned for it.',
];

export const RECEIPT_CAUSES: Causes<ReceiptCode> = {
  ERR_APP_ATTEST_RECEIPT_TOO_LARGE: CUT,
  ERR_APP_ATTEST_RECEIPT_MALFORMED: CUT,
  ERR_APP_ATTEST_RECEIPT_SIGNERS_INVALID: SIGNER,
  ERR_APP_ATTEST_RECEIPT_PAYLOAD_MALFORMED: CUT,
  ERR_APP_ATTEST_RECEIPT_FIELD_REPEATED: FIELDS,
  ERR_APP_ATTEST_RECEIPT_APP_ID_MALFORMED: FIELDS,
  ERR_APP_ATTEST_RECEIPT_KEY_MALFORMED: FIELDS,
  ERR_APP_ATTEST_RECEIPT_CLIENT_HASH_MALFORMED: FIELDS,
  ERR_APP_ATTEST_RECEIPT_TOKEN_MALFORMED: FIELDS,
  ERR_APP_ATTEST_RECEIPT_TYPE_UNKNOWN: FIELDS,
  ERR_APP_ATTEST_RECEIPT_ENVIRONMENT_UNKNOWN: FIELDS,
  ERR_APP_ATTEST_RECEIPT_CREATED_MALFORMED: FIELDS,
  ERR_APP_ATTEST_RECEIPT_RISK_METRIC_MALFORMED: FIELDS,
  ERR_APP_ATTEST_RECEIPT_NOT_BEFORE_MALFORMED: FIELDS,
  ERR_APP_ATTEST_RECEIPT_EXPIRY_MALFORMED: FIELDS,
  ERR_APP_ATTEST_RECEIPT_SIGNED_ATTRIBUTES_UNSUPPORTED: [
    'The receipt is from August to November 2020, when Apple signed receipts in another form.',
    'Operator: leave the receipt alone: it expired 90 days after it was made. Let the device attest a new key.',
  ],
  ERR_APP_ATTEST_RECEIPT_ALGORITHM_MISMATCH: SIGNER,
  ERR_APP_ATTEST_RECEIPT_SIGNER_MISSING: SIGNER,
  ERR_APP_ATTEST_RECEIPT_SIGNATURE_INVALID: FORGED,
  ERR_APP_ATTEST_RECEIPT_SIGNER_MARK_MISSING: FORGED,
  ERR_APP_ATTEST_RECEIPT_SIGNER_USAGE_INVALID: FORGED,
  ERR_APP_ATTEST_RECEIPT_ISSUER_MISSING: SIGNER,
  ERR_APP_ATTEST_RECEIPT_ISSUER_INVALID: FORGED,
  ERR_APP_ATTEST_RECEIPT_SIGNER_SIGNATURE_INVALID: FORGED,
  ERR_APP_ATTEST_RECEIPT_ROOT_UNKNOWN: [
    'The receipt was made by a virtual device of a test, under a test root.',
    'Operator: for tests, give both roots of the virtual Apple in `roots`. In production: nothing to repair.',
  ],
  ERR_APP_ATTEST_RECEIPT_CHAIN_CRITICAL_UNSUPPORTED: SIGNER,
  ERR_APP_ATTEST_RECEIPT_CHAIN_EXPIRED: FORGED,
  ERR_APP_ATTEST_RECEIPT_APP_ID_MISMATCH: [
    'The option has the bundle id without the team id, or the receipt is of another app of the team.',
    'Operator: list the app in `appIds` as `TEAMID1234.com.example.app`.',
  ],
  ERR_APP_ATTEST_RECEIPT_KEY_MISMATCH: OTHER_RECEIPT,
  ERR_APP_ATTEST_RECEIPT_LEAF_MISMATCH: OTHER_RECEIPT,
  ERR_APP_ATTEST_RECEIPT_CLIENT_HASH_MISMATCH: OTHER_RECEIPT,
  ERR_APP_ATTEST_RECEIPT_ENVIRONMENT_MISMATCH: [
    'A receipt of the development environment was kept with a key of production, or the other way round.',
    'Operator: keep both environments apart, with a store each.',
  ],
  ERR_APP_ATTEST_RECEIPT_NOT_YET_VALID: [
    'The clock of this server is behind.',
    'Operator: synchronize the clock of the server (NTP).',
  ],
  ERR_APP_ATTEST_RECEIPT_TOO_OLD: [
    'The app stored the attestation and sent it later: a receipt may be five minutes old. Or an old receipt is inspected.',
    'App author: send the attestation at once; after five minutes, ask for a new challenge and attest again. To inspect an old receipt, set `at` to the time of the request.',
  ],
  ERR_APP_ATTEST_RECEIPT_EXPIRED: [
    'The receipt was not renewed within 90 days: the device did not refresh, or `receipts` is not configured.',
    'Operator: configure `receipts: appleReceipts({ … })`, which renews receipts at every refresh once a day. App author: attest a new key.',
  ],
};
