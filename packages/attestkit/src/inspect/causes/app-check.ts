import {
  APP_REMOVED,
  repeatedField,
  WATCH_FORGERIES,
  type Cause,
  type Causes,
  type CodeOf,
} from './cause.js';
import { jwtCauses } from './jwt.js';

const FORGED: Cause = ['Not sent by an honest app: Firebase does not issue such tokens.', WATCH_FORGERIES];

export const APP_CHECK_CAUSES: Causes<CodeOf<'app-check'>> = {
  ERR_APP_CHECK_TOKEN_MISSING: [
    'The app does not add the token: Firebase adds it to calls of its own services alone.',
    'App author: fetch a token with `getToken`, and send it in `X-Firebase-AppCheck`. Operator: check that no proxy drops the field.',
  ],
  ERR_APP_CHECK_TOKEN_REPEATED: repeatedField('`X-Firebase-AppCheck`'),
  ...jwtCauses('APP_CHECK_TOKEN', 'Firebase', {
    encrypted: FORGED,
    compact: [
      'The app could not get a token, and sent the placeholder of the SDK (`eyJlcnJvciI6…`), an empty value or an error text.',
      'App author: check the error of `getToken`. It usually says that the app is not registered in the Firebase console, or that the provider failed.',
    ],
    algorithm: FORGED,
    key: [
      'Firebase changed its signing keys after the stored set was fetched.',
      'Operator: fetch the keys with `remoteJwks(APP_CHECK_JWKS, { algorithm: "RS256" })`. To inspect an old token, give the key set of its time.',
    ],
    signature: [
      'The token was damaged on its way, or does not come from Firebase.',
      'App author: send the token unchanged. Operator: watch how often this code occurs; a forged token fails here.',
    ],
    expired: [
      'A clock is wrong, or the app kept a token and sent it after its end.',
      'App author: call `getToken` for each request; the SDK renews the token in time. Operator: synchronize the clock of the server (NTP).',
    ],
    issuer: [
      'The token belongs to another Firebase project, such as the one for development.',
      'Operator: set `projectNumber` to the project whose configuration the app contains. App author: or build with the configuration of this project.',
    ],
    audience: [
      'The option has the id of the Firebase project instead of its number, or the token belongs to another project.',
      'Operator: set `projectNumber` to the digits that the project settings show, such as `123456789012`.',
    ],
    type: FORGED,
  }),
  ERR_APP_CHECK_TOKEN_AUDIENCE_INVALID: FORGED,
  ERR_APP_CHECK_TOKEN_IAT_MISSING: FORGED,
  ERR_APP_CHECK_TOKEN_IAT_NOT_YET_VALID: [
    'The clock of this server is behind.',
    'Operator: synchronize the clock of the server (NTP), or set `leewaySeconds` for a second or two.',
  ],
  ERR_APP_CHECK_TOKEN_LIFETIME_INVALID: FORGED,
  ERR_APP_CHECK_TOKEN_SUBJECT_INVALID: FORGED,
  ERR_APP_CHECK_TOKEN_APP_MISMATCH: [
    'The token belongs to another app of the project, such as the app of the other platform or a new build variant.',
    'Operator: list the Firebase App ID of every app in `appIds`: `1:123456789012:android:0a1b2c3d4e5f`.',
  ],
  ERR_APP_CHECK_PROVIDER_MALFORMED: FORGED,
  ERR_APP_CHECK_PROVIDER_DENIED: [
    'The build uses the debug provider of App Check.',
    'App author: use App Attest or Play Integrity as the provider in released builds. Operator: set `allowDebugProvider: true` on servers for developers and CI.',
  ],
  ERR_APP_CHECK_TOKEN_LIMITED_USE_MISMATCH: [
    'The app sent its session token, or an SDK for Android from before May 2026, which asks for session tokens in `getLimitedUseAppCheckToken` too.',
    'App author: call `getLimitedUseToken`, with a current SDK. Operator: until old versions are gone, set `acceptSessionTokens: true`; each token is still accepted once.',
  ],
  ERR_APP_CHECK_JTI_MISSING: [
    'A custom provider mints tokens without `jti`.',
    'Operator: let the provider ask for limited-use tokens, or consume them at Firebase with `consumer: googleAppCheck({ … })`.',
  ],
  ERR_APP_CHECK_TOKEN_INVALID: [
    'The service account does not have the role Firebase App Check Token Verifier. If only some tokens fail, Firebase does not accept these.',
    'Operator: give the service account that role in the project. App author: send a fresh token of this project.',
  ],
  ERR_APP_CHECK_CONFIGURATION_FAILED: [
    'The service account belongs to another project, its key was deleted, or the Firebase App Check API is not enabled.',
    'Operator: enable the API in the Firebase project, and check `credentials` and `project`.',
  ],
  ERR_APP_CHECK_QUOTA_UNAVAILABLE: [
    'More tokens were consumed than the quota of the project allows.',
    'Operator: ask Google for a higher quota, consume on sensitive routes only, or remember used tokens in a `store` of your own.',
  ],
  ERR_APP_CHECK_UNAVAILABLE: [
    'Firebase did not answer in time or answered with an error, or the server cannot reach it.',
    'Operator: allow https to `firebaseappcheck.googleapis.com` and `oauth2.googleapis.com` through the firewall or proxy. App author: repeat after `Retry-After` with a new token.',
  ],
  ERR_APP_CHECK_TOKEN_REUSED: [
    'The app repeated a request with the same limited-use token, or uses one token for several requests.',
    'App author: fetch a new limited-use token for each request, a retry included.',
  ],
  ERR_APP_CHECK_APP_DENIED: APP_REMOVED,
};
