import { repeatedField, type Cause, type Causes, type CodeOf } from './cause.js';
import type { EnrollmentCode } from './enrollment.js';
import { jwtCauses } from './jwt.js';

const ROTATED: Cause = [
  'A secret or key was replaced at once, the instances have different ones, or the token comes from another server.',
  'Operator: give all instances the same `secret` or `sessions.keys`, and rotate in three steps: the new one last, then first, then alone. App author: on 401, refresh the session.',
];

const OTHER_SIGNER: Cause = [
  'Something else than this server signed the token with its secret, such as a script or another service.',
  'Operator: do not share the secret of sessions. Let other services verify with a key pair, and let none of them issue session tokens.',
];

const FIELD: Cause = [
  'The app built the field of the assertion in another form than `v=1; key_id=…; assertion=…`, or a proxy rewrote it.',
  'App author: send `X-App-Attest: v=1; key_id=…; assertion=…` (Android: `signature=…`), with base64url values, each parameter once.',
];

export const SESSION_CAUSES: Causes<Exclude<CodeOf<'sessions'>, EnrollmentCode>> = {
  ERR_SESSION_MISSING: [
    'The app has no session yet or sends none, or a proxy dropped the field.',
    'App author: enroll or refresh, then send `Authorization: Bearer <session_token>`. Operator: if `Authorization` belongs to the user’s own token, set `sessions.header`.',
  ],
  ERR_SESSION_REPEATED: repeatedField('the field of the session token'),
  ...jwtCauses('SESSION', 'this server', {
    encrypted: [
      'The app sent another token in this field, such as an Approov or Play Integrity token.',
      'App author: send `session_token` of the last answer.',
    ],
    compact: [
      'The app sent its refresh token, a placeholder, or a session token that was cut off.',
      'App author: send `session_token` of the last answer, unchanged.',
    ],
    algorithm: [
      'The server was changed from its secret to key pairs (`sessions.keys`), or back, at once.',
      'Operator: keep the old key in `sessions.keys` behind the new one until its tokens have expired. App author: on 401, refresh the session.',
    ],
    key: ROTATED,
    signature: ROTATED,
    expired: [
      'The app did not refresh its session in time, or the clocks of the instances differ.',
      'App author: refresh when a fifth of `expires_in` is left, and on 401. Operator: synchronize the clocks of all instances (NTP).',
    ],
    notBefore: [
      'The clocks of the instances differ: one issued the token, and another one is behind.',
      'Operator: synchronize the clocks of all instances (NTP).',
    ],
    type: [
      'The app sent another JWT in this field, such as the login token of the user.',
      'App author: send `session_token`. Operator: if the login token comes in `Authorization`, set `sessions.header` to another field.',
    ],
    issuer: [
      'The option `sessions.issuer` was changed, or the token comes from another server with the same secret.',
      'App author: on 401, refresh the session. Operator: give each server a secret of its own.',
    ],
    audience: [
      'The option `devices.audience` was changed, or the token comes from another server with the same secret.',
      'App author: on 401, refresh the session. Operator: give each server a secret of its own.',
    ],
  }),
  ERR_SESSION_CLAIM_TYPE_MISMATCH: OTHER_SIGNER,
  ERR_SESSION_IAT_MISSING: OTHER_SIGNER,
  ERR_SESSION_DEVICE_ID_INVALID: OTHER_SIGNER,
  ERR_SESSION_IDENTIFIERS_INVALID: OTHER_SIGNER,
  ERR_SESSION_ATTESTATION_INVALID: OTHER_SIGNER,
  ERR_SESSION_CONFIRMATION_INVALID: OTHER_SIGNER,
  ERR_SESSION_SUBJECT_INVALID: OTHER_SIGNER,
  ERR_SESSION_BINDING_CLAIM_INVALID: OTHER_SIGNER,
  ERR_SESSION_BINDING_IP_MISMATCH: [
    'The phone changed from WLAN to mobile network, or the address of a proxy is taken for that of the client.',
    'App author: on 401, refresh the session: the new token is bound to the new network. Operator: bind to wider prefixes (`{ v4: 16, v6: 32 }`), or remove `bind.ip`; let the framework trust your proxy.',
  ],
  ERR_SESSION_BINDING_USER_AGENT_MISMATCH: [
    'An update of the app or system changed the user agent, or two HTTP clients of the app name different ones.',
    'App author: use one user agent for all requests; on 401, refresh the session. Operator: or remove `bind.userAgent`.',
  ],
  ERR_SESSION_SIGNER_FAILED: [
    'The function `sign` of `sessions.keys` failed, such as a KMS without permission, or returned another form than raw `r || s`.',
    'Operator: look at the `cause` in the event. Check the permission of the KMS, that `publicKey` belongs to the key that signs, and the form of the signature.',
  ],
  ERR_SESSION_ENDED: [
    'The user logged out, the operator ended the sessions, or a new key replaced the old one.',
    'App author: on 401, call `assert`, then `attest`. Operator: nothing to repair.',
  ],
  ERR_SESSION_DEVICE_BLOCKED: [
    'The operator blocked the device or its key.',
    'Operator: lift a block that was a mistake with `guard.devices.unblock`, by the name that was blocked.',
  ],
  ERR_SESSION_USER_BLOCKED: [
    'The operator blocked the user.',
    'Operator: lift a block that was a mistake with `guard.devices.unblock({ user })`.',
  ],
  ERR_ASSERTION_MISSING: [
    'The app did not sign the request, or a proxy dropped `X-App-Attest`.',
    'App author: sign requests to routes that answer 401 with `need="signature"` in `WWW-Authenticate`.',
  ],
  ERR_ASSERTION_REPEATED: repeatedField('`X-App-Attest`'),
  ERR_ASSERTION_TOO_LARGE: FIELD,
  ERR_ASSERTION_MALFORMED: FIELD,
  ERR_ASSERTION_VERSION_UNKNOWN: FIELD,
  ERR_ASSERTION_PARAMETERS_MALFORMED: FIELD,
  ERR_ASSERTION_KEY_ID_MALFORMED: [
    'The app sent the alias of its key, or the id in hexadecimal.',
    'App author: send base64 or base64url of the 32 bytes. On Android that is the SHA-256 of the uncompressed point of a P-256 key.',
  ],
  ERR_ASSERTION_LINES_MALFORMED: [
    'Not sent by an honest app: the method or the target contains a line feed or another control character.',
    'App author: percent-encode the target, and sign it as it goes on the wire. Operator: nothing to repair.',
  ],
  ERR_ASSERTION_CHALLENGE_MISSING: [
    'Android keys do not count their signatures, so each request needs a challenge; or the route has `challenge: "required"`.',
    'App author: ask for a challenge with `purpose=request`, sign it as the last line, and add `challenge=…` to the field.',
  ],
  ERR_ASSERTION_KEY_UNKNOWN: [
    'The app signed with a key that is not enrolled yet, was replaced, or was forgotten on this server.',
    'App author: on 401, call `attest` with a new key and the same label. Operator: check that all instances use the same store.',
  ],
  ERR_ASSERTION_KEY_MISMATCH: [
    'The app changed its key and still sends a session of the old one.',
    'App author: get a new session by `assert` after a change of the key, and forget the old one.',
  ],
  ERR_ASSERTION_COUNTER_REUSED: [
    'Requests of one phone overtook each other, or a request was sent twice.',
    'App author: send signed requests one after the other, and sign again before a retry. Operator: or allow late ones with `devices.counterWindow`.',
  ],
  ERR_STATE_UNREADABLE: [
    'Two versions of attestkit share a store and the older one meets a record of the newer one, or something else writes below the same prefix.',
    'Operator: deploy the newer version on all instances, and give every application a prefix or database of its own.',
  ],
  ERR_STATE_CONTENTION: [
    'Many requests change one record at once: the app refreshes in a loop, or in several processes.',
    'App author: refresh one at a time (single flight), and wait for `Retry-After`. Operator: nothing to repair if it is rare.',
  ],
};
