import { freezeJson } from '../kernel/bytes/json.js';
import type { CheckDef } from '../ports/checks.js';

const SPEC = 'attestkit, device policy';

/** Checks of the policy for all platforms: the evidence is genuine, and this relying party does not take it. */
export const POLICY_CHECKS = freezeJson({
  platform: {
    name: 'platform allowed',
    code: 'ERR_POLICY_PLATFORM_DENIED',
    stage: 'denied',
    says: 'the device has a platform that the policy does not allow',
    spec: SPEC,
  },
  environment: {
    name: 'environment allowed',
    code: 'ERR_POLICY_ENVIRONMENT_DENIED',
    stage: 'denied',
    says: 'the evidence comes from an environment that the policy does not allow, or does not say its environment',
    spec: SPEC,
  },
  integrity: {
    name: 'integrity sufficient',
    code: 'ERR_POLICY_INTEGRITY_DENIED',
    stage: 'denied',
    says: 'the evidence vouches for less of the device than the policy asks for',
    spec: SPEC,
  },
  age: {
    name: 'evidence recent',
    code: 'ERR_POLICY_EVIDENCE_TOO_OLD',
    stage: 'denied',
    says: 'the evidence is older than the policy allows: the device has to enroll again',
    spec: SPEC,
  },
} as const satisfies Record<string, CheckDef>);
