import { freezeJson } from '../kernel/json.js';
import type { CheckDef } from '../ports/checks.js';

const SPEC = 'attestkit, challenges';

/** Checks of a challenge that comes back, in the order of verification; the last one is the store's to answer. */
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
    code: 'ERR_CHALLENGE_NOT_OURS',
    stage: 'untrusted',
    says: 'the challenge was not issued by this server for this device id',
    spec: SPEC,
  },
  purpose: {
    name: 'challenge purpose',
    code: 'ERR_CHALLENGE_PURPOSE',
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
  unused: {
    name: 'challenge unused',
    code: 'ERR_CHALLENGE_USED',
    stage: 'untrusted',
    says: 'the challenge was used before',
    spec: SPEC,
  },
} as const satisfies Record<string, CheckDef>);
