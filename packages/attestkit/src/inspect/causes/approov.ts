import { repeatedField, type Causes, type CodeOf } from './cause.js';
import { jwtCauses } from './jwt.js';

const BOUND_VALUE =
  'App author: call `setDataHashInToken` with exactly the value that the request carries, before the token is fetched. Operator: set `binding` to the same header, and `part` to `credential` if the app leaves `Bearer ` out.';

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
};
