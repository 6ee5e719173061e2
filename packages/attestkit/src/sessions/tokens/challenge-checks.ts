import { freezeJson } from '../../kernel/bytes/json.js';
import type { CheckDef } from '../../ports/checks.js';

const SPEC = 'attestkit, challenges';

/** Checks of a challenge that comes back, in the order of verification; the store answers the last two. */
export const CHALLENGE_CHECKS = freezeJson({
  readable: {
    name: 'challenge readable',
    code: 'ERR_CHALLENGE_MALFORMED',
    stage: 'malformed',
    says: 'the challenge is not the canonical base64url of a challenge that this server could have issued',
    spec: SPEC,
  },
  ours: {
    name: 'challenge is ours',
    code: 'ERR_CHALLENGE_UNKNOWN',
    stage: 'untrusted',
    says: 'the challenge was not issued by this server for this device id',
    spec: SPEC,
  },
  purpose: {
    name: 'challenge purpose',
    code: 'ERR_CHALLENGE_PURPOSE_MISMATCH',
    stage: 'untrusted',
    says: 'the challenge was issued for another purpose',
    spec: SPEC,
  },
  expired: {
    name: 'challenge not expired',
    code: 'ERR_CHALLENGE_EXPIRED',
    stage: 'untrusted',
    says: 'the challenge has expired',
    spec: SPEC,
  },
  lifetime: {
    name: 'challenge lifetime',
    code: 'ERR_CHALLENGE_NOT_YET_VALID',
    stage: 'untrusted',
    says: 'the challenge expires later than a challenge issued now would: a clock was wrong',
    spec: SPEC,
  },
  unused: {
    name: 'challenge unused',
    code: 'ERR_CHALLENGE_REUSED',
    stage: 'untrusted',
    says: 'the challenge was used before',
    spec: SPEC,
  },
  few: {
    name: 'challenges of a device',
    code: 'ERR_CHALLENGE_LIMIT',
    stage: 'denied',
    says: 'the device has used as many challenges as it may until they expire',
    spec: 'RFC 6585 §4',
  },
} as const satisfies Record<string, CheckDef>);
