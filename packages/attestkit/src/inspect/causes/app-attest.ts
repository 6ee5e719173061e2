import { APP_REMOVED, WATCH_FORGERIES, type Cause, type Causes, type CodeOf } from './cause.js';
import type { RECEIPT_CAUSES } from './app-attest-receipt.js';

const BYTES_ALTERED: Cause = [
  'The app altered the object that Apple returned: it was decoded and encoded again, cut off, or mixed up with another value.',
  'App author: send `attestation.base64EncodedString()` of the bytes that `attestKey` returned, without line feeds and without changes.',
];

const ASSERTION_ALTERED: Cause = [
  'The app altered the object that `generateAssertion` returned, or sent another value, such as an attestation or a bare signature.',
  'App author: send the bytes that `generateAssertion` returned, in base64 or base64url, without line feeds and without changes.',
];

const FORGED: Cause = [
  'Not sent by an honest app: Apple’s service does not issue such a certificate or attestation.',
  WATCH_FORGERIES,
];

const OLD_SYSTEM =
  'The phone runs a system before iOS 27 (a Mac: before macOS 27), or the app was built with an older SDK.';

const WHEN_ABSENT =
  'Operator: set `whenAbsent: "accept"` for this value, or accept that older systems are refused.';

const CATEGORY_UNKNOWN: Cause = [
  'Not sent by an honest app: Apple gives apps the categories App Store, TestFlight, development, enterprise and Developer ID. A later system may know a new one.',
  'Operator: inspect the evidence. If a released build of your app gets this code after a system update, update attestkit.',
];

const CATEGORY_MISSING: Cause = [OLD_SYSTEM, WHEN_ABSENT.replace('this value', '`category`')];

const CATEGORY_DENIED: Cause = [
  'A build from TestFlight, Xcode or enterprise distribution called a server that allows the App Store alone.',
  'Operator: add the category to `category.allowed` on servers for testers. App author: let test builds call the test server.',
];

const VERSION_INVALID: Cause = [
  'Not sent by an honest app: the system writes the bundle version as text.',
  WATCH_FORGERIES,
];

const VERSION_MISSING: Cause = [
  `${OLD_SYSTEM} Macs write no bundle version at all.`,
  WHEN_ABSENT.replace('this value', '`bundleVersion`'),
];

const VERSION_DENIED: Cause = [
  'The user has an old or a new build of the app whose `CFBundleVersion` is not in the list of the server.',
  'Operator: add each released build to `bundleVersion.allowed` before it is published. App author: ask users of old builds to update.',
];

const CODE_MISSING: Cause = [
  'The phone runs a system before iOS 27 or macOS 27, or the app did not ask for the hash of its code (CDHash opt-in).',
  'App author: build with the SDK of iOS 27 or macOS 27, with the opt-in. Operator: until all users have such a build, set `whenAbsent: "accept"` for `codeDirectoryHash`.',
];

const CODE_DENIED: Cause = [
  'The build is not in the list of the server: a new release, another architecture, or a build that was signed again.',
  'Operator: add `CandidateCDHashFull sha256` of `codesign -d --verbose=4` for each released build to `codeDirectoryHash.allowed`.',
];

/** The codes of attestations, keys and assertions; receipts have their own list. */
export const APP_ATTEST_CAUSES: Causes<Exclude<CodeOf<'app-attest'>, keyof typeof RECEIPT_CAUSES>> = {
  ERR_APP_ATTEST_KEY_ID_MISSING: [
    'The app left out `key_id`, or sent it under another name.',
    'App author: send `key_id`, the text that `generateKey` returned, beside `attestation`.',
  ],
  ERR_APP_ATTEST_MISSING: [
    'The app left out `attestation`, or sent it under another name.',
    'App author: send `attestation`, the base64 of the object that `attestKey` returned.',
  ],
  ERR_APP_ATTEST_ENCODING_MALFORMED: [
    'The app sent the attestation in hexadecimal, with line feeds, or with base64 and base64url mixed.',
    'App author: use `base64EncodedString()` without options. Standard base64 and base64url are both accepted.',
  ],
  ERR_APP_ATTEST_TOO_LARGE: [
    'Not sent by an honest app: a genuine attestation takes less than 8 KiB. The app may have encoded it twice.',
    'App author: encode the bytes that `attestKey` returned once.',
  ],
  ERR_APP_ATTEST_CBOR_MALFORMED: BYTES_ALTERED,
  ERR_APP_ATTEST_FORMAT_UNKNOWN: [
    'The app sent a WebAuthn attestation or another CBOR object instead of that of App Attest.',
    'App author: send what `DCAppAttestService.attestKey` returned.',
  ],
  ERR_APP_ATTEST_STATEMENT_MALFORMED: BYTES_ALTERED,
  ERR_APP_ATTEST_CHAIN_MALFORMED: FORGED,
  ERR_APP_ATTEST_CERTIFICATE_MALFORMED: FORGED,
  ERR_APP_ATTEST_KEY_MALFORMED: FORGED,
  ERR_APP_ATTEST_AUTH_DATA_MALFORMED: BYTES_ALTERED,
  ERR_APP_ATTEST_KEY_ID_MALFORMED: [
    'The app sent something else as `key_id`: the alias of a key, a UUID, or the id in hexadecimal.',
    'App author: send the text that `generateKey` returned: base64 of 32 bytes, 44 characters. Base64url is accepted too.',
  ],
  ERR_APP_ATTEST_ROOT_UNKNOWN: [
    'The attestation was made by a virtual device of a test, under a test root.',
    'Operator: for tests, set `roots` to the root of the virtual device. In production: nothing to repair.',
  ],
  ERR_APP_ATTEST_INTERMEDIATE_INVALID: FORGED,
  ERR_APP_ATTEST_ISSUER_MISMATCH: FORGED,
  ERR_APP_ATTEST_LEAF_INVALID: FORGED,
  ERR_APP_ATTEST_LEAF_SIGNATURE_INVALID: FORGED,
  ERR_APP_ATTEST_CERTIFICATE_NOT_YET_VALID: [
    'The clock of this server is behind by a day or more: Apple dates the certificate 24 hours back.',
    'Operator: synchronize the clock of the server (NTP).',
  ],
  ERR_APP_ATTEST_CERTIFICATE_EXPIRED: [
    'The app stored the attestation and sent it days later, or it is inspected long after it was made: its certificate lives for three days or longer.',
    'App author: send the attestation at once, and make a new one after a failure. To inspect an old one, set `at` in the evidence file to the time of the request.',
  ],
  ERR_APP_ATTEST_NONCE_MISSING: FORGED,
  ERR_APP_ATTEST_NONCE_MISMATCH: [
    'The app decoded the challenge before it hashed it, hashed it twice or not at all, or used another challenge than the one it sent.',
    'App author: pass the SHA-256 of the UTF-8 bytes of the challenge text as `clientDataHash`, and send the same challenge in the body.',
  ],
  ERR_APP_ATTEST_OS_EXTENSION_INVALID: [
    'Not sent by an honest app so far. A new system may write this extension in a form that is not known yet.',
    'Operator: inspect the evidence. If phones with a new system get this code, update attestkit.',
  ],
  ERR_APP_ATTEST_MACOS_POLICY_MISMATCH: [
    'The Mac runs with reduced security, or with System Integrity Protection switched off.',
    'App author: tell the user to restore Full Security in the startup options. Operator: Apple says not to trust such keys; there is no option for them.',
  ],
  ERR_APP_ATTEST_KEY_ID_MISMATCH: [
    'The app sent the id of another key: it made a second key, and mixed up the two.',
    'App author: send the id of the key that you passed to `attestKey`. Store the id before you attest the key.',
  ],
  ERR_APP_ATTEST_APP_ID_MISMATCH: [
    'The option has the bundle id without the team id, or the request comes from an extension or a build with another bundle id.',
    'Operator: list every app in `appIds` as `TEAMID1234.com.example.app`. An App Clip counts as its full app, a Mac app by its signing identifier.',
  ],
  ERR_APP_ATTEST_COUNTER_INVALID: [
    'The app called `generateAssertion` with the key before it attested the key.',
    'App author: make a new key, and attest it before its first assertion.',
  ],
  ERR_APP_ATTEST_AAGUID_UNKNOWN: FORGED,
  ERR_APP_ATTEST_CREDENTIAL_ID_MISMATCH: FORGED,
  ERR_APP_ATTEST_CREDENTIAL_KEY_MISMATCH: FORGED,
  ERR_APP_ATTEST_CATEGORY_INVALID: CATEGORY_UNKNOWN,
  ERR_APP_ATTEST_BUNDLE_VERSION_INVALID: VERSION_INVALID,
  ERR_APP_ATTEST_CATEGORY_MISSING: CATEGORY_MISSING,
  ERR_APP_ATTEST_CATEGORY_DENIED: CATEGORY_DENIED,
  ERR_APP_ATTEST_BUNDLE_VERSION_MISSING: VERSION_MISSING,
  ERR_APP_ATTEST_BUNDLE_VERSION_DENIED: VERSION_DENIED,
  ERR_APP_ATTEST_CODE_DIRECTORY_MISSING: CODE_MISSING,
  ERR_APP_ATTEST_CODE_DIRECTORY_DENIED: CODE_DENIED,
  ERR_APP_ATTEST_ENVIRONMENT_DENIED: [
    'The build comes from Xcode: its keys belong to the environment `development`.',
    'Operator: on servers for developers, set `environments: ["production", "development"]`. App author: or test with TestFlight, whose keys are of production.',
  ],
  ERR_APP_ATTEST_OS_VERSION_DENIED: [
    'The phone runs an older system than `minimumOs`.',
    'App author: ask the user to update the system. Operator: lower `minimumOs` if too many users are refused.',
  ],
  ERR_APP_ATTEST_NOT_YET_VALID: [
    'The clock of this server is behind.',
    'Operator: synchronize the clock of the server (NTP).',
  ],
  ERR_APP_ATTEST_TOO_OLD: [
    'The app stored the attestation and sent it later; at a refresh, the device enrolled longer ago than `maxAgeAtRefreshSeconds`.',
    'App author: attest a new key and enroll again. Operator: raise `maxAgeAtEnrollmentSeconds` or `maxAgeAtRefreshSeconds` if the limit is too short.',
  ],
  ERR_APP_ATTEST_APP_ID_DENIED: APP_REMOVED,
  ERR_APP_ATTEST_VIRTUAL_DENIED: [
    'The device was enrolled by a test, with the option `roots`, and the store still has its record.',
    'Operator: do not use one store for tests and production. Delete the record with `guard.devices.forget`.',
  ],
  ERR_APP_ATTEST_ROOT_DENIED: [
    'The root was taken out of `additionalRoots` after the device enrolled under it.',
    'App author: the app attests a new key, as after every 401. Operator: put the root back if it was removed by mistake.',
  ],
  ERR_APP_ATTEST_RISK_DENIED: [
    'The app was reinstalled or restored often on this device, or the device attests keys for many copies of the app.',
    'Operator: raise `maxRiskMetric` if genuine users are refused. App author: make one key for each installation, and keep it.',
  ],
  ERR_APP_ATTEST_ASSERTION_ENCODING_MALFORMED: ASSERTION_ALTERED,
  ERR_APP_ATTEST_ASSERTION_TOO_LARGE: ASSERTION_ALTERED,
  ERR_APP_ATTEST_ASSERTION_CBOR_MALFORMED: ASSERTION_ALTERED,
  ERR_APP_ATTEST_ASSERTION_MEMBERS_MALFORMED: ASSERTION_ALTERED,
  ERR_APP_ATTEST_ASSERTION_AUTH_DATA_MALFORMED: ASSERTION_ALTERED,
  ERR_APP_ATTEST_ASSERTION_KEY_UNKNOWN: [
    'The device enrolled with another kind of evidence, and the app sends an App Attest assertion.',
    'App author: sign with the key that the device enrolled, or enroll the App Attest key first.',
  ],
  ERR_APP_ATTEST_ASSERTION_SIGNATURE_INVALID: [
    'The app signed other bytes than the server verifies: a target without its query, a body that was serialized again, another audience, or a hash of the hash.',
    'App author: build the lines from the bytes that go on the wire, and pass their SHA-256 as `clientDataHash`. `attestkit inspect` names the usual mistakes.',
  ],
  ERR_APP_ATTEST_ASSERTION_APP_ID_MISMATCH: [
    'An extension or another app of the same team used the key.',
    'App author: let each target with its own bundle id make and enroll its own key.',
  ],
  ERR_APP_ATTEST_ASSERTION_COUNTER_REUSED: [
    'Requests of one phone overtook each other, or a request was sent twice.',
    'App author: send signed requests one after the other, and sign again before a retry. Operator: or allow late ones with `devices.counterWindow`.',
  ],
  ERR_APP_ATTEST_ASSERTION_CATEGORY_INVALID: CATEGORY_UNKNOWN,
  ERR_APP_ATTEST_ASSERTION_BUNDLE_VERSION_INVALID: VERSION_INVALID,
  ERR_APP_ATTEST_ASSERTION_CATEGORY_MISSING: CATEGORY_MISSING,
  ERR_APP_ATTEST_ASSERTION_CATEGORY_DENIED: CATEGORY_DENIED,
  ERR_APP_ATTEST_ASSERTION_BUNDLE_VERSION_MISSING: VERSION_MISSING,
  ERR_APP_ATTEST_ASSERTION_BUNDLE_VERSION_DENIED: VERSION_DENIED,
  ERR_APP_ATTEST_ASSERTION_CODE_DIRECTORY_MISSING: CODE_MISSING,
  ERR_APP_ATTEST_ASSERTION_CODE_DIRECTORY_DENIED: CODE_DENIED,
};
