import { APP_REMOVED, WATCH_FORGERIES, type Causes, type CodeOf } from './cause.js';
import { jwtCauses } from './jwt.js';

/** The token names neither issuer nor audience. */
const NOT_CHECKED = ['', ''] as const;

const {
  ERR_DEVELOPMENT_ISSUER_MISMATCH: _issuer,
  ERR_DEVELOPMENT_AUDIENCE_MISMATCH: _audience,
  ...TOKEN_CAUSES
} = jwtCauses('DEVELOPMENT', 'the development attester', {
  encrypted: [
    'Not sent by an honest app: the development attester signs its tokens only.',
    'App author: make the token with `attestkit-client/development`.',
  ],
  compact: [
    'The app sent a placeholder, or a token that was cut off.',
    'App author: make the token with `attestkit-client/development`, and send it unchanged.',
  ],
  algorithm: [
    'The token is signed with another algorithm than ES256.',
    'App author: sign with ES256, by a development key on P-256.',
  ],
  type: [
    'The app sent another kind of JWT in this field, such as a session token or a login token.',
    'App author: write `attestkit-development+jwt` as the `typ` of the header.',
  ],
  key: [
    'The token names another key in `kid` than the JWK that the server is configured with.',
    'Operator: give the server the public half of the key that the app has. App author: leave `kid` out, or write the same one.',
  ],
  signature: [
    'The app was built with another development key than the server is configured with, or the key was replaced on one side.',
    'Operator: make `publicKey` from the private key that the development build has.',
  ],
  expired: [
    'The clock of the simulator or of the server is wrong, or the app kept the token and sent it later.',
    'App author: make a new token for each `attest`. Operator: synchronize the clocks (NTP), or set `leewaySeconds`.',
  ],
  issuer: NOT_CHECKED,
  audience: NOT_CHECKED,
});

export const DEVELOPMENT_CAUSES: Causes<CodeOf<'development'>> = {
  ERR_DEVELOPMENT_MISSING: [
    'The app left out `development`, or sent it under another name.',
    'App author: send the development token in the member `development` of the body.',
  ],
  ...TOKEN_CAUSES,
  ERR_DEVELOPMENT_APP_ID_MISMATCH: [
    'The development build names another app than the server is configured with.',
    'Operator: list the id in `appIds` if this app may enroll here. App author: otherwise correct `appId`.',
  ],
  ERR_DEVELOPMENT_CHALLENGE_MISMATCH: [
    'The app made the token over an earlier challenge, or decoded or hashed the challenge.',
    'App author: copy the text of the challenge into `challenge`, and send the same challenge here.',
  ],
  ERR_DEVELOPMENT_REQUEST_HASH_MISMATCH: [
    'The app hashed another `device_id` than it sent, or joined the lines in another way.',
    'App author: write base64url of the SHA-256 of `attestkit-enrol-v1`, the challenge and the `device_id`, with a line feed between.',
  ],
  ERR_DEVELOPMENT_CNF_INVALID: [
    'The token has no `cnf`, or `cnf` has another member than `jwk`, such as `jkt`.',
    'App author: write `cnf` as an object with the member `jwk` alone.',
  ],
  ERR_DEVELOPMENT_CNF_KEY_INVALID: [
    'The app wrote its private key into the token, a key on another curve, or coordinates that are not those of a key.',
    'App author: write `kty`, `crv`, `x` and `y` of a key on P-256, and never `d`. A key whose `d` was sent is not secret any more: make another one.',
  ],
  ERR_DEVELOPMENT_APP_DENIED: APP_REMOVED,
  ERR_DEVELOPMENT_SIGNATURE_ENCODING_MALFORMED: [
    'The app sent the signature in DER, in hexadecimal, or cut off.',
    'App author: send `r` and `s` side by side, 64 bytes, in base64 or base64url.',
  ],
  ERR_DEVELOPMENT_REQUEST_SIGNATURE_INVALID: [
    'The app signed other lines than the request has, hashed them twice, or signed with another key.',
    `App author: compare the lines with those of the documentation, byte by byte. ${WATCH_FORGERIES}`,
  ],
};
