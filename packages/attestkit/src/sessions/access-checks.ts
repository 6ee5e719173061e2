import { freezeJson } from '../kernel/json.js';
import type { CheckDef } from '../ports/checks.js';

/** Whether what was issued is still good. */
export const ACCESS_CHECKS = freezeJson({
  revoked: {
    name: 'not revoked',
    code: 'ERR_SESSION_REVOKED',
    stage: 'denied',
    says: 'the session, its device or its key has been revoked',
    spec: 'RFC 7009 §2.1',
  },
} as const satisfies Record<string, CheckDef>);
