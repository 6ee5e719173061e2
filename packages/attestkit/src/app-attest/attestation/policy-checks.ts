import { freezeJson } from '../../kernel/bytes/json.js';
import type { CheckDef } from '../../ports/checks.js';

/** Checks against the configured policy: of a new attestation, and of an enrolled key at every refresh. */
export const POLICY_CHECKS = freezeJson({
  environment: {
    name: 'environment allowed',
    code: 'ERR_APP_ATTEST_ENVIRONMENT_DENIED',
    stage: 'denied',
    says: 'the key belongs to an environment that is not allowed here',
    spec: 'Apple, Verify the attestation, step 8',
  },
  os: {
    name: 'operating system allowed',
    code: 'ERR_APP_ATTEST_OS_VERSION_DENIED',
    stage: 'denied',
    says: 'the operating system is older than the oldest allowed, or of unknown version',
    spec: 'attestkit, policy',
  },
  future: {
    name: 'not issued in the future',
    code: 'ERR_APP_ATTEST_NOT_YET_VALID',
    stage: 'denied',
    says: 'the attestation was issued in the future',
    spec: 'attestkit, policy',
  },
  age: {
    name: 'attestation recent enough',
    code: 'ERR_APP_ATTEST_TOO_OLD',
    stage: 'denied',
    says: 'the attestation is older than allowed',
    spec: 'attestkit, policy',
  },
  appId: {
    name: 'app still allowed',
    code: 'ERR_APP_ATTEST_APP_ID_DENIED',
    stage: 'denied',
    says: 'the key belongs to an app that is not allowed any more',
    spec: 'attestkit, policy',
  },
  virtual: {
    name: 'root still allowed',
    code: 'ERR_APP_ATTEST_VIRTUAL_DENIED',
    stage: 'denied',
    says: 'the key was attested under a root for testing, and no such root is configured',
    spec: 'attestkit, policy',
  },
  root: {
    name: 'additional root still pinned',
    code: 'ERR_APP_ATTEST_ROOT_DENIED',
    stage: 'denied',
    says: 'the key was attested under an additional root that is not configured any more',
    spec: 'attestkit, policy',
  },
  risk: {
    name: 'risk metric allowed',
    code: 'ERR_APP_ATTEST_RISK_DENIED',
    stage: 'denied',
    says: 'the device has attested more keys than allowed',
    spec: 'Apple, Assessing fraud risk',
  },
} as const satisfies Record<string, CheckDef>);
