import { freezeJson } from '../../kernel/bytes/json.js';
import type { CheckDef } from '../../ports/checks.js';

/** What can keep stored state from being used. */
export const STATE_CHECKS = freezeJson({
  record: {
    name: 'record readable',
    code: 'ERR_STATE_UNREADABLE',
    stage: 'unavailable',
    says: 'a record in the store was not written by this version, or by attestkit at all',
    spec: 'attestkit, store',
    unexpected: true,
  },
  contention: {
    name: 'record written',
    code: 'ERR_STATE_CONTENTION',
    stage: 'unavailable',
    says: 'other requests changed the record each time that this one tried to write it',
    spec: 'attestkit, store',
  },
} as const satisfies Record<string, CheckDef>);
