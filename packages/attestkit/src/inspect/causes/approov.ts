import { repeatedField, type Causes, type CodeOf } from './cause.js';
import { jwtCauses } from './jwt.js';

const BOUND_VALUE =
  'App author: call `setDataHashInToken` with exactly the value that the request carries, before the token is fetched. Operator: set `binding` to the same header, and `part` to `credential` if the app leaves `Bearer ` out.';

const SIGNED_BY_SDK =
  'App author: let the service layer of the SDK sign the request (`ApproovDefaultMessageSigning`), and change nothing after it.';
const SAME_REQUEST =
  'Operator: inspect the request as it arrives. Set `baseUrl` to scheme and host as the app calls them, and see that no proxy rewrites the path, a covered field or the body.';
const CLOCKS =
  'Operator: synchronize the clock of the server (NTP), or set `leewaySeconds`. App author: send a request soon after it is signed.';

/** Of message signatures. */
const SIGNATURE_CAUSES = {
  ERR_APPROOV_SIGNATURE_KEY_MISSING: [
    'The account does not write the key of the installation into its tokens, the app’s SDK is too old to make one, or the token is one of Approov’s failover.',
    'Operator: enable installation message signing for the account, or set `messageSigning.policy` to `if-present` while old apps are in use.',
  ],
  ERR_APPROOV_SIGNATURE_KEY_INVALID: [
    'The claim has another kind of key, or the option `accountKey` is `per-token` and the token has no `did` or no whole `exp`.',
    'Operator: inspect the token; set `accountKey` to what the app’s SDK does.',
  ],
  ERR_APPROOV_SIGNATURE_MISSING: [
    'The app calls the API without message signing, or a proxy dropped `Signature` or `Signature-Input`.',
    'App author: enable message signing in the service layer (React Native before 3.5.10 leaves it out on iOS if the token’s field has another name). Operator: compare the request as it arrives.',
  ],
  ERR_APPROOV_SIGNATURE_LABEL_MISSING: [
    'The app signs with the account’s key and the route asks for the installation’s, or the other way round; or the phone could not make a key.',
    'App author: choose the signature in the factory of the SDK. Operator: set `messageSigning.signature` to what your apps send.',
  ],
  ERR_APPROOV_SIGNATURE_INPUT_MALFORMED: ['The field was written by hand, or was cut off.', SIGNED_BY_SDK],
  ERR_APPROOV_SIGNATURE_REPEATED: [
    'The app signed the request twice and sent both, as React Native before 3.5.11 does when a request is repeated; or somebody else’s signature was added.',
    'App author: update the SDK. Operator: look for a proxy that signs as well.',
  ],
  ERR_APPROOV_SIGNATURE_TOO_LARGE: ['No SDK writes such long fields.', SIGNED_BY_SDK],
  ERR_APPROOV_SIGNATURE_MALFORMED: ['The fields were written by hand, or were cut off.', SIGNED_BY_SDK],
  ERR_APPROOV_SIGNATURE_COMPONENTS_TOO_LARGE: ['No SDK signs so many components.', SIGNED_BY_SDK],
  ERR_APPROOV_SIGNATURE_COMPONENT_UNSUPPORTED: [
    'The app signs a component of its own choice, with a parameter such as `sf`, `bs`, `key` or `req`.',
    'App author: sign fields and derived components without parameters, as the SDK does by default.',
  ],
  ERR_APPROOV_SIGNATURE_COMPONENT_REPEATED: [
    'The app added a component that the SDK signs anyway.',
    SIGNED_BY_SDK,
  ],
  ERR_APPROOV_SIGNATURE_ALGORITHM_MISMATCH: [
    'The signature was made by other code than the SDK’s, or the parameter `alg` was left out.',
    SIGNED_BY_SDK,
  ],
  ERR_APPROOV_SIGNATURE_CREATED_INVALID: [
    'The app switched the time of creation off.',
    'App author: leave `setAddCreated` on.',
  ],
  ERR_APPROOV_SIGNATURE_EXPIRES_INVALID: [
    'The app switched the expiry off.',
    'App author: leave `setExpiresLifetime` above 0.',
  ],
  ERR_APPROOV_SIGNATURE_LIFETIME_INVALID: [
    'The app asks for a longer lifetime than the 15 seconds of the SDK.',
    'App author: shorten `setExpiresLifetime`. Operator: or raise `maxLifetimeSeconds`.',
  ],
  ERR_APPROOV_SIGNATURE_NOT_YET_VALID: ['The clock of the phone is ahead.', CLOCKS],
  ERR_APPROOV_SIGNATURE_EXPIRED: [
    'The request waited in a queue or a retry after it was signed, a clock is wrong, or a captured request was sent again.',
    CLOCKS,
  ],
  ERR_APPROOV_SIGNATURE_COMPONENT_MISSING: [
    'The app’s SDK is set up to sign less than by default, or the route asks for a field that the app does not sign.',
    'App author: sign the default components, and those that the API’s documentation names. Operator: compare `messageSigning.components`.',
  ],
  ERR_APPROOV_SIGNATURE_VALUE_MISSING: [
    'A proxy dropped a field that is covered, such as `Content-Length` of a body that it sends in chunks.',
    SAME_REQUEST,
  ],
  ERR_APPROOV_SIGNATURE_ENCODING_MALFORMED: [
    'The signature was cut off, or encoded by other code than the SDK’s.',
    SIGNED_BY_SDK,
  ],
  ERR_APPROOV_SIGNATURE_INVALID: [
    'The server rebuilds another request than the app signed: another scheme or host, a rewritten path, a changed field. Or the request was changed on its way.',
    SAME_REQUEST,
  ],
  ERR_APPROOV_SIGNATURE_DIGEST_MISSING: [
    'The app’s SDK does not digest bodies of this kind, such as streams.',
    'App author: give the request its body in memory, and set `setBodyDigestConfig` to required.',
  ],
  ERR_APPROOV_SIGNATURE_DIGEST_MALFORMED: [
    'The digest is written as text, or with another hash.',
    'App author: use SHA-256 or SHA-512. Operator: for digests as text add `text-digest` to `quirks`.',
  ],
  ERR_APPROOV_SIGNATURE_DIGEST_MISMATCH: [
    'A proxy changed the body (compression, reformatted JSON), or somebody on the way did.',
    SAME_REQUEST,
  ],
  ERR_APPROOV_SIGNATURE_REUSED: [
    'The app repeated a request without signing it anew, or a captured request was sent again.',
    'App author: have each attempt signed. Operator: many of these from one address point to a replay.',
  ],
} as const satisfies Partial<Causes<CodeOf<'approov'>>>;

export const APPROOV_CAUSES: Causes<CodeOf<'approov'>> = {
  ERR_APPROOV_TOKEN_MISSING: [
    'The app called the API with an HTTP client that does not go through the Approov SDK, the domain is not added to the Approov account, or a proxy dropped the field.',
    'App author: send the request through the Approov service layer. Operator: add the domain with `approov api -add`; compare the request as it arrives; set the option `header` if the app uses another field.',
  ],
  ERR_APPROOV_TOKEN_FETCH_FAILED: [
    'The phone could not reach Approov, or something intercepted its connection: the SDK sent `NO_NETWORK`, `POOR_NETWORK` or `MITM_DETECTED` instead of a token.',
    'App author: retry the request when the network is back. Operator: expect a few of these; many from one network point to a proxy that blocks or intercepts the connections to Approov.',
  ],
  ERR_APPROOV_TOKEN_REPEATED: repeatedField('the Approov token field'),
  ERR_APPROOV_TOKEN_PREFIX_MISMATCH: [
    'App and server disagree about the prefix: the app calls `setApproovHeader` without one, or with another one.',
    'Operator: set the option `prefix` to what the app sends, its space included (`Bearer `), or remove the option.',
  ],
  ...jwtCauses('APPROOV_TOKEN', 'Approov', {
    encrypted: [
      'The Approov account encrypts its tokens with a key set.',
      'Operator: configure the API domain in Approov so that its tokens are signed only, with the account secret or a signing key set.',
    ],
    compact: [
      'The field has a placeholder, an empty value, or a token that was cut off when it was copied.',
      'App author: send what the SDK returned, unchanged. Operator: in a test, copy the whole token with its two dots.',
    ],
    algorithm: [
      'The API domain uses a key set (RS256, ES256) and the server has a secret, or the other way round.',
      'Operator: look at the `alg` of the token with `attestkit inspect`, and configure the same: `secretBase64`, or `algorithm` with `publicKey`, `jwks` or `keys`.',
    ],
    key: [
      'The token was signed with a key of the account that this server does not know: a key set was added or replaced, or the token has no `kid` and several keys are configured.',
      'Operator: add the new public key to `jwks` or `publicKey`, or fetch the set with `remoteJwks`.',
    ],
    signature: [
      'The app did not pass Approov’s attestation, and got a token that is signed with another key on purpose. If every request fails, the server has the secret of another account, or decoded it wrongly.',
      'Operator: if every request fails, put the output of `approov secret -get base64` into `APPROOV_BASE64_SECRET` unchanged. If some fail, check that this build of the app is registered with Approov, and look up the device there.',
    ],
    expired: [
      'A clock is wrong, or the app kept a token and sent it again: Approov tokens live for about five minutes.',
      'Operator: synchronize the clock of the server (NTP). App author: let the SDK fetch the token for each request, and do not store it.',
    ],
    issuer: [
      'The account does not write `iss` into its tokens, or the option `issuer` names another account.',
      'Operator: switch it on with `approov policy -setIssuer on`, and set `issuer` to `<account>.approov.io`; or remove the option.',
    ],
    audience: [
      'The account does not write `aud` into its tokens, or the token was fetched for another API domain.',
      'Operator: switch it on with `approov policy -setAudience on`, and list every API domain of this server in `audience`; or remove the option.',
    ],
  }),
  ERR_APPROOV_BINDING_DATA_FAILED: [
    'The function `binding.data` of the application threw an error, or returned something else than bytes.',
    'Operator: look at the `cause` in the event, and correct the function. It returns a `Uint8Array`, or undefined if the request has nothing to bind to.',
  ],
  ERR_APPROOV_BINDING_HEADER_MISSING: [
    'The route asks for a binding, and the user is not logged in yet, so that the request has no `Authorization`.',
    'Operator: set `binding` only on routes for logged-in users, or bind to a field that every request has. App author: send the header that the token was bound to.',
  ],
  ERR_APPROOV_BINDING_HEADER_REPEATED: repeatedField('the binding header'),
  ERR_APPROOV_BINDING_CLAIM_MISSING: [
    'The app did not call `setDataHashInToken`, or fetched the token before it called it. Tokens of Approov’s failover have no `pay` either.',
    'App author: bind the token before it is fetched. Operator: to accept tokens of the failover, set `binding: { policy: "if-present" }` and watch the counter of skipped bindings.',
  ],
  ERR_APPROOV_BINDING_CLAIM_INVALID: [
    'Something else than Approov signed this token, with `pay` in hexadecimal or base64url.',
    'Operator: find the script that makes the token. `attestkit token --claim VALUE` writes `pay` as Approov does: padded standard base64 of the SHA-256 digest.',
  ],
  ERR_APPROOV_BINDING_MISMATCH: [
    'App and server bind different bytes: `Bearer ` with or without, other white space, or a login token that was renewed after the Approov token was fetched.',
    BOUND_VALUE,
  ],
  ...SIGNATURE_CAUSES,
};
