import type { Cause, Causes, CodeOf } from './cause.js';

/** The codes of the endpoints: bodies, challenges, what a label, a key and a user may do, policies, refresh tokens. */
export type EnrollmentCode = Extract<
  CodeOf<'sessions'>,
  `ERR_${'ENROLLMENT' | 'CHALLENGE' | 'POLICY' | 'REFRESH'}_${string}`
>;

const SAME_SECRET =
  'Operator: give all instances the same `secret`, and rotate it in three steps: the new one last, then first, then alone.';

const BEGIN_ANEW =
  'App author: on 409, forget label, key and tokens, and enroll with a new `device_id` and a new key, once.';

const UNBLOCK =
  'Operator: lift a block that was a mistake with `guard.devices.unblock`, by the name that was blocked.';

const HOOK: (hook: string) => Cause = (hook) => [
  `The function \`${hook}\` of the application threw an error, or returned a value of another type.`,
  `Operator: look at the \`cause\` in the event, and correct \`${hook}\`.`,
];

export const ENROLLMENT_CAUSES: Causes<EnrollmentCode> = {
  ERR_ENROLLMENT_DEVICE_ID_MALFORMED: [
    'The app left out `device_id`, sent it empty, or sent an e-mail address or a name with other characters.',
    'App author: make a random UUID at the first start, keep it in the keychain, and send it.',
  ],
  ERR_ENROLLMENT_MEMBERS_MALFORMED: [
    'The app left out a member such as `challenge`, sent `null`, or a number or a list instead of text.',
    'App author: send every member that the page about enrollment lists for this endpoint, as text.',
  ],
  ERR_ENROLLMENT_EVIDENCE_MALFORMED: [
    'The app sent evidence of a kind that the server does not have in `devices.evidence`, of several kinds at once, or no evidence.',
    'Operator: add the kind to `devices.evidence`. App author: send the members of one kind; a key and a Play token together need the option `playIntegrity`.',
  ],
  ERR_CHALLENGE_MALFORMED: [
    'The app decoded, shortened or hashed the challenge before it sent it.',
    'App author: send the text of the challenge as the server returned it.',
  ],
  ERR_CHALLENGE_UNKNOWN: [
    'The app asked for the challenge with another `device_id` than the one in the body, or the instances of the server have different secrets.',
    `App author: use one \`device_id\` for both requests. ${SAME_SECRET}`,
  ],
  ERR_CHALLENGE_PURPOSE_MISMATCH: [
    'The app used a challenge for `attest` at `assert` or for a signed request, or the other way round.',
    'App author: ask with `purpose=assert` or `purpose=request`; without it the challenge is for `attest`.',
  ],
  ERR_CHALLENGE_EXPIRED: [
    'The app asked for the challenge too early, such as at its start, or the user took long to confirm.',
    'App author: ask for a new challenge right before you use it, and retry once. Operator: raise `challengeExpirySeconds` (300 by default).',
  ],
  ERR_CHALLENGE_NOT_YET_VALID: [
    'The clocks of the instances differ, or `challengeExpirySeconds` was lowered a moment ago.',
    'Operator: synchronize the clocks of all instances (NTP).',
  ],
  ERR_CHALLENGE_REUSED: [
    'The app, or its HTTP client after a lost answer, sent the same body twice.',
    'App author: ask for a new challenge for each attempt. After a lost answer of `attest`, call `assert` first: the enrollment has usually taken place.',
  ],
  ERR_CHALLENGE_LIMIT: [
    'The app signs many requests with challenges, or retries without a pause.',
    'App author: wait for `Retry-After`, and do not loop. Operator: raise `limits.devicePerMinute` if the app signs that often.',
  ],
  ERR_ENROLLMENT_KEY_BLOCKED: ['The operator blocked this key or its record.', UNBLOCK],
  ERR_ENROLLMENT_COMPANION_MISSING: [
    'The server asks for a Play token beside the key (`playIntegrity`), and the app sent the chain alone. The phone may lack Google Play.',
    'App author: send `integrity_token` too. Operator: list the systems that have no Play in `withoutPlay`.',
  ],
  ERR_ENROLLMENT_COMPANION_MISMATCH: [
    'The key and the Play token come from two build variants.',
    'App author: make both in the same app. Operator: list the same packages in both options.',
  ],
  ERR_ENROLLMENT_SUBJECT_FAILED: HOOK('subject'),
  ERR_ENROLLMENT_AUTHORIZATION_FAILED: HOOK('authorizeEnrollment'),
  ERR_ENROLLMENT_LABEL_TAKEN: [
    'The app was reinstalled: it kept its label in the keychain, and lost its key.',
    `${BEGIN_ANEW} If it still has the old key, it sends \`previous_key_id\` with a proof.`,
  ],
  ERR_ENROLLMENT_KEY_TAKEN: [
    'The app made a new label and kept its old key.',
    'App author: keep label and key together. On 409, make both anew, once.',
  ],
  ERR_ENROLLMENT_KEY_ENDED: [
    'The app uses a key that it has replaced itself, or the operator called `guard.devices.forget`.',
    BEGIN_ANEW,
  ],
  ERR_ENROLLMENT_KEY_PROOF_MISSING: [
    'The app sent the chain of an Android key again, such as after a lost answer. A chain does not prove possession of the key.',
    'App author: after a lost answer, call `assert` before `attest`. On 409, forget label, key and tokens, and enroll anew, once.',
  ],
  ERR_ENROLLMENT_KIND_MISMATCH: [
    'An update of the app changed the kind of evidence, such as from Play Integrity to Key Attestation.',
    BEGIN_ANEW,
  ],
  ERR_ENROLLMENT_USER_TAKEN: [
    'Another user signed in on the same installation.',
    'App author: on 409, forget label, key and tokens, and enroll anew for the other user.',
  ],
  ERR_ENROLLMENT_REMOTE_LIMIT: [
    'Many phones enroll behind one address, or the address of a proxy is taken for that of the clients.',
    'Operator: let the framework trust your proxy, so that it knows the addresses of the clients; or raise `limits.remotePerMinute`. App author: wait for `Retry-After`.',
  ],
  ERR_ENROLLMENT_RECORD_LIMIT: [
    'Many phones enroll behind the address of one carrier or company, or the address of a proxy is taken for that of the clients.',
    'Operator: let the framework trust your proxy; raise `limits.newRecordsPerHour` or `limits.newRecordsPerHourIpv6` at a launch. App author: wait for `Retry-After`.',
  ],
  ERR_POLICY_PLATFORM_DENIED: [
    'The app of this platform is not allowed in `policy.platforms`.',
    'Operator: add the platform to `policy.platforms` if its app may enroll.',
  ],
  ERR_POLICY_ENVIRONMENT_DENIED: [
    'A development or testing build called a server whose `policy.environments` has production alone; or the kind of evidence does not say its environment.',
    'Operator: add the environment to `policy.environments` on servers for developers. App author: let test builds call the test server.',
  ],
  ERR_POLICY_INTEGRITY_DENIED: [
    'The phone is unlocked or not certified, or the kind of evidence says little, as App Check does.',
    'Operator: lower `policy.minimumIntegrity`, or enroll with a kind of evidence that says more.',
  ],
  ERR_POLICY_EVIDENCE_TOO_OLD: [
    'The device enrolled longer ago than `policy.maxAgeSeconds` allows.',
    'App author: on 401 of `refresh` and `assert`, attest a new key with the same label. Operator: raise `policy.maxAgeSeconds` if the limit is too short.',
  ],
  ERR_REFRESH_MALFORMED: [
    'The app sent its session token, or a refresh token that was cut off.',
    'App author: send `refresh_token` of the last answer, unchanged.',
  ],
  ERR_REFRESH_UNKNOWN: [
    'A secret was replaced at once, the instances have different secrets, or the app sent a token of another server.',
    `${SAME_SECRET} App author: on 401, call \`assert\`.`,
  ],
  ERR_REFRESH_ENDED: [
    'The app was not used for longer than `refreshLifetimeSeconds`, the session was revoked, or the device has more sessions than `perDevice`.',
    'App author: on 401, call `assert`, then `attest`. Operator: nothing to repair.',
  ],
  ERR_REFRESH_KIND_UNKNOWN: [
    'A kind was taken out of `devices.evidence` after the device enrolled with it.',
    'Operator: put the kind back until all devices have enrolled with another one. App author: enroll with a current app.',
  ],
  ERR_REFRESH_USER_UNKNOWN: [
    'The user signed in after the device had enrolled without a user.',
    'App author: on 401, call `assert` with the login of the user in the same request: it sets the user.',
  ],
  ERR_REFRESH_REUSED: [
    'The app used an old refresh token long after it got the next one: it did not store the new one, or two processes refresh. Otherwise somebody copied the token.',
    'App author: store the new token before you use it, and refresh one at a time, in one process. Operator: watch how often this code occurs.',
  ],
  ERR_REFRESH_PROOF_MISSING: [
    'The server has `sessions: { refresh: "proof" }`, and the app sends the refresh token alone.',
    'App author: sign the lines of `attestkit-refresh-v1` with the key, and send `assertion` (Android: `signature`). Operator: set `"proof"` only when all versions of the app do so.',
  ],
};
