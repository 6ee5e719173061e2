import { freezeJson } from '../../kernel/bytes/json.js';
import type { CheckDef } from '../../ports/checks.js';

/** Whether what was issued is still good. */
export const ACCESS_CHECKS = freezeJson({
  live: {
    name: 'session not ended',
    code: 'ERR_SESSION_ENDED',
    stage: 'untrusted',
    says: 'the session has ended: it was revoked, its key was replaced, or its installation was forgotten',
    spec: 'RFC 7009 §2.1',
  },
  deviceBlocked: {
    name: 'device not blocked',
    code: 'ERR_SESSION_DEVICE_BLOCKED',
    stage: 'denied',
    says: 'the operator has blocked the device or its key',
    spec: 'attestkit, devices',
  },
  userBlocked: {
    name: 'user not blocked',
    code: 'ERR_SESSION_USER_BLOCKED',
    stage: 'denied',
    says: 'the operator has blocked the user',
    spec: 'attestkit, devices',
  },
} as const satisfies Record<string, CheckDef>);
