import { APP_REMOVED, type Causes, type CodeOf } from './cause.js';
import { jwtCauses } from './jwt.js';

export const SIGNED_TOKEN_CAUSES: Causes<CodeOf<'signed-token'>> = {
  ERR_SIGNED_TOKEN_MISSING: [
    'The app left out `token`, or sent it under another name.',
    'App author: send the token of the attester in the member `token` of the body.',
  ],
  ...jwtCauses('SIGNED_TOKEN', 'the attester', {
    encrypted: [
      'The attester encrypts its tokens.',
      'Operator: configure the attester so that it signs its tokens only.',
    ],
    compact: [
      'The app sent a placeholder, an error text, or a token that was cut off.',
      'App author: check the answer of the attester, and send its token unchanged.',
    ],
    algorithm: [
      'The attester signs with another algorithm than the one that the server pins.',
      'Operator: set `algorithm` of `remoteJwks` to the `alg` in the header of the tokens.',
    ],
    key: [
      'The attester changed its keys, and its key set does not list the new one yet; or the token has no `kid` and the set has several keys.',
      'Operator: let the attester publish a new key before it signs with it, and write `kid` into its tokens.',
    ],
    signature: [
      'The token comes from another attester, such as the one for tests, or was damaged on its way.',
      'Operator: check that the URL of the key set belongs to the attester that the app uses. App author: send the token unchanged.',
    ],
    expired: [
      'A clock is wrong, or the app kept the token and sent it later.',
      'App author: ask the attester for a new token for each `attest`. Operator: synchronize the clocks of both servers (NTP).',
    ],
    issuer: [
      'The option `issuer` has another spelling than the claim `iss`, such as a slash at the end.',
      'Operator: copy the `iss` of a token into the option `issuer`.',
    ],
    audience: [
      'The attester writes another audience than the bundle id of a configured app.',
      'Operator: let the attester write the bundle id into `aud`, and list it in `appIds` (`APP_BUNDLE_ID`).',
    ],
  }),
  ERR_SIGNED_TOKEN_APP_ID_MISMATCH: [
    'The token is for another app, or a build with another bundle id.',
    'Operator: list the bundle id in `appIds` (`APP_BUNDLE_ID`) if this app may enroll here.',
  ],
  ERR_SIGNED_TOKEN_APP_ID_AUDIENCE_MISMATCH: [
    'The attester writes two different apps into `app_id` and `aud`.',
    'Operator: let the attester write the same bundle id into both.',
  ],
  ERR_SIGNED_TOKEN_DEVICE_ID_MISMATCH: [
    'The app asked the attester for a token with another `device_id` than the one it sent here.',
    'App author: use one `device_id` for the challenge, the attester and `attest`.',
  ],
  ERR_SIGNED_TOKEN_CHALLENGE_MISMATCH: [
    'The app asked the attester for a token over an earlier challenge, or the attester decoded or hashed the challenge.',
    'App author: pass the text of the challenge to the attester, and send the same challenge here. Operator: let the attester copy that text into `challenge`.',
  ],
  ERR_SIGNED_TOKEN_APP_DENIED: APP_REMOVED,
};
