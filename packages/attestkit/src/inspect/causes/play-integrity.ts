import { APP_REMOVED, WATCH_FORGERIES, type Cause, type Causes, type CodeOf } from './cause.js';
import { jwsCauses } from './jwt.js';

const TOKEN_ALTERED: Cause = [
  'The app cut off the token, encoded it again, or sent something else, such as the placeholder of an SDK or an error text.',
  'App author: send `token()` of the answer unchanged. Operator: the token is about 1 to 2 KB; look for a proxy or a column that shortens it.',
];

const FORGED: Cause = ['Not sent by an honest app: Google does not issue such tokens.', WATCH_FORGERIES];

const RESPONSE_KEYS =
  'Operator: take `decryptionKey` and `verificationKey` from the same download of the Play Console, and give each app its own with `playIntegrityKeys`.';

const VERDICT_MEMBER: Cause = [
  'The application passed something else than Google’s verdict, such as the whole answer wrapped in another object.',
  'Operator: pass the object `tokenPayloadExternal` of the answer. If Google itself leaves the member out, update attestkit.',
];

const LINKED_PROJECT =
  'Operator: enable the Google Play Integrity API in the Google Cloud project that is linked to the app in the Play Console, and use a service account of that project.';

const RETRY = 'App author: repeat with a new token after `Retry-After`.';

export const PLAY_INTEGRITY_CAUSES: Causes<CodeOf<'play-integrity'>> = {
  ERR_PLAY_INTEGRITY_TOKEN_MISSING: [
    'The app left out `integrity_token`, or sent it under another name.',
    'App author: send `integrity_token` beside `challenge` and `device_id`.',
  ],
  ERR_PLAY_INTEGRITY_PACKAGE_UNKNOWN: [
    'The server knows several apps, and the app did not send `package_name`; or it is a build variant such as `.debug`.',
    'App author: send `package_name` (`context.packageName`). Operator: add the package to `apps` if it may enroll here.',
  ],
  ERR_PLAY_INTEGRITY_TOKEN_TOO_LARGE: TOKEN_ALTERED,
  ERR_PLAY_INTEGRITY_TOKEN_MALFORMED: TOKEN_ALTERED,
  ERR_PLAY_INTEGRITY_TOKEN_ENCODING_MALFORMED: TOKEN_ALTERED,
  ERR_PLAY_INTEGRITY_TOKEN_HEADER_MALFORMED: TOKEN_ALTERED,
  ERR_PLAY_INTEGRITY_TOKEN_ALGORITHM_MISMATCH: FORGED,
  ERR_PLAY_INTEGRITY_TOKEN_ENCRYPTION_MISMATCH: FORGED,
  ERR_PLAY_INTEGRITY_TOKEN_COMPRESSION_UNSUPPORTED: FORGED,
  ERR_PLAY_INTEGRITY_TOKEN_CRITICAL_UNSUPPORTED: FORGED,
  ERR_PLAY_INTEGRITY_TOKEN_LENGTHS_MALFORMED: FORGED,
  ERR_PLAY_INTEGRITY_TOKEN_KEY_UNKNOWN: [
    'The token comes from a standard request, Google manages the response keys of this app, or the keys were replaced in the Play Console.',
    'Operator: set `decoder: googlePlayIntegrity({ … })` to have Google decode it, or download the current response keys. App author: send a classic request if the server decodes by itself.',
  ],
  ERR_PLAY_INTEGRITY_TOKEN_CIPHERTEXT_INVALID: [
    'The token was damaged on its way.',
    'App author: send the token unchanged. Operator: if every token fails, check that the decryption key was copied completely.',
  ],
  ...jwsCauses('PLAY_INTEGRITY_JWS', 'Google', {
    encrypted: FORGED,
    compact: FORGED,
    algorithm: FORGED,
    key: ['The verification key belongs to another app.', RESPONSE_KEYS],
    signature: ['The verification key belongs to another app, or to an earlier download.', RESPONSE_KEYS],
  }),
  ERR_PLAY_INTEGRITY_TOKEN_FORM_MALFORMED: TOKEN_ALTERED,
  ERR_PLAY_INTEGRITY_TOKEN_INVALID: [
    'The token belongs to another app than the one that the server asks Google about, or it was cut off.',
    'App author: send the token at once, with the right `package_name`. Operator: check that the app is linked to the Google Cloud project whose number the app uses.',
  ],
  ERR_PLAY_INTEGRITY_CONFIGURATION_FAILED: [
    'The service account belongs to another Google Cloud project than the one linked to the app, or the API is not enabled.',
    LINKED_PROJECT,
  ],
  ERR_PLAY_INTEGRITY_QUOTA_UNAVAILABLE: [
    'The app reached the quota of Google: 10,000 decoded tokens a day unless it was raised.',
    `Operator: ask Google for a higher quota in the Play Console. ${RETRY}`,
  ],
  ERR_PLAY_INTEGRITY_UNAVAILABLE: [
    'Google did not answer in time or answered with an error, or the server cannot reach it.',
    `Operator: allow https to \`playintegrity.googleapis.com\` and \`oauth2.googleapis.com\` through the firewall or proxy. ${RETRY}`,
  ],
  ERR_PLAY_INTEGRITY_VERDICT_MALFORMED: VERDICT_MEMBER,
  ERR_PLAY_INTEGRITY_REQUEST_MISSING: VERDICT_MEMBER,
  ERR_PLAY_INTEGRITY_REQUEST_PACKAGE_MISMATCH: [
    'The token was requested by a build variant, or by another app of the developer.',
    'Operator: add the package to `apps` if it may enroll here. App author: send the `package_name` of the app that asked for the token.',
  ],
  ERR_PLAY_INTEGRITY_BINDING_KIND_MISMATCH: [
    'The app sends standard requests (`requestHash`) and the server expects classic ones (`nonce`), or the other way round.',
    'Operator: set `request: "standard"` or `"classic"` to what the app sends. Apps with response keys of their own are classic by default.',
  ],
  ERR_PLAY_INTEGRITY_BINDING_MISMATCH: [
    'The app hashed something else than challenge and device id, encoded the hash otherwise, or reused a token of an earlier challenge.',
    'App author: hash three lines with SHA-256 (`attestkit-enroll-v1`, the challenge, the device id), and give base64url of the digest, without padding, as `requestHash` or `nonce`. `attestkit inspect` names the usual mistakes.',
  ],
  ERR_PLAY_INTEGRITY_TIMESTAMP_INVALID: VERDICT_MEMBER,
  ERR_PLAY_INTEGRITY_TOO_OLD: [
    'The app kept the token, or the verdict is inspected long after it was made.',
    'App author: ask for a new token for each `attest`. Operator: raise `maxAgeSeconds`. To inspect an old verdict, set `at` to the time of the request.',
  ],
  ERR_PLAY_INTEGRITY_NOT_YET_VALID: [
    'The clock of this server is behind Google’s by more than `leewaySeconds`.',
    'Operator: synchronize the clock of the server (NTP).',
  ],
  ERR_PLAY_INTEGRITY_TESTING_DENIED: [
    'The account of the user is a tester in the Play Console, with a verdict that was set there.',
    'Operator: set `allowTesting: true` on servers for testers, and on no other. Otherwise remove the account from the list of testers.',
  ],
  ERR_PLAY_INTEGRITY_APP_MISSING: VERDICT_MEMBER,
  ERR_PLAY_INTEGRITY_EVALUATION_MISSING: [
    'The same token was decoded before: Google clears the verdict of a token that is decoded again. Or Google could not evaluate the phone.',
    'App author: ask for a new token for each `attest`, and do not send one twice. Operator: check that nothing else decodes the tokens.',
  ],
  ERR_PLAY_INTEGRITY_APP_RECOGNITION_DENIED: [
    'The build was not installed from Google Play: it was sideloaded, or comes from Android Studio.',
    'App author: install the app from Play, or from an internal test track. Operator: allow `UNRECOGNIZED_VERSION` in `appVerdicts` on servers for developers.',
  ],
  ERR_PLAY_INTEGRITY_APP_PACKAGE_MISMATCH: FORGED,
  ERR_PLAY_INTEGRITY_CERTIFICATE_MISMATCH: [
    'The option has the upload certificate, but Google Play signs the app with its own key.',
    'Operator: copy the SHA-256 of the app signing key certificate from the Play Console (App signing) into `acceptedCertificates`.',
  ],
  ERR_PLAY_INTEGRITY_VERSION_CODE_DENIED: [
    'The user has an older version of the app than `minimumVersionCode`, or Play did not recognize the build.',
    'App author: ask the user to update the app. Operator: lower `minimumVersionCode` if too many users are refused.',
  ],
  ERR_PLAY_INTEGRITY_DEVICE_DENIED: [
    'The phone is an emulator, is rooted or unlocked, runs a system that Google has not certified, or lacks recent security updates (`MEETS_STRONG_INTEGRITY`).',
    'Operator: ask for a weaker label in `deviceLabels`, and switch the optional labels on in the Play Console if you ask for them. App author: tell the user why the phone is refused.',
  ],
  ERR_PLAY_INTEGRITY_SDK_VERSION_DENIED: [
    'The phone runs an older Android than `minimumSdk`, or the Play Console does not ask for device attributes.',
    'Operator: switch device attributes on in the Play Console, or lower `minimumSdk`.',
  ],
  ERR_PLAY_INTEGRITY_LICENSING_DENIED: [
    'The user did not install the app from Google Play with this account, or Play could not tell.',
    'Operator: accept `UNLICENSED`, `UNEVALUATED` or `UNKNOWN` in `licensing` if you do not sell the app. App author: show Play’s dialog to get a license.',
  ],
  ERR_PLAY_INTEGRITY_DEVICE_ACTIVITY_DENIED: [
    'The app asked for many tokens on this phone within an hour, or the Play Console does not ask for recent device activity.',
    'Operator: switch recent device activity on in the Play Console, or add levels to `deviceActivity`. App author: ask for one token for each `attest`.',
  ],
  ERR_PLAY_INTEGRITY_APP_ACCESS_RISK_DENIED: [
    'Another app on the phone can read or control the screen, such as a screen sharing or accessibility app; or the Play Console does not ask for this.',
    'App author: show Play’s dialog, which lets the user close such apps. Operator: allow the harmless values in `appAccessRisk`.',
  ],
  ERR_PLAY_INTEGRITY_PLAY_PROTECT_DENIED: [
    'Play Protect is switched off, found a harmful app, or the Play Console does not ask for its report.',
    'App author: ask the user to switch Play Protect on and to remove harmful apps. Operator: add values such as `NO_DATA` to `playProtect`.',
  ],
  ERR_PLAY_INTEGRITY_APP_DENIED: APP_REMOVED,
  ERR_PLAY_INTEGRITY_REFRESH_TOO_OLD: [
    'The device enrolled longer ago than `maxAgeAtRefreshSeconds` allows.',
    'App author: enroll again with a new token, as after every 401 of `refresh`. Operator: raise `maxAgeAtRefreshSeconds` if the limit is too short.',
  ],
};
