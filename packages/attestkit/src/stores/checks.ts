import { freezeJson } from '../kernel/bytes/json.js';
import type { CheckDef } from '../ports/checks.js';

const SPEC = 'attestkit, stores';

/** What keeps a store from answering; never the client's doing. Nothing is known about the evidence then. */
export const STORE_CHECKS = freezeJson({
  free: {
    name: 'store free',
    code: 'ERR_STORE_BUSY',
    stage: 'unavailable',
    says: 'the maximum number of store operations is under way, or another process keeps the database locked',
    spec: SPEC,
  },
  timely: {
    name: 'store in time',
    code: 'ERR_STORE_TIMEOUT',
    stage: 'unavailable',
    says: 'the store did not answer in time, and it is unknown whether the operation took place',
    spec: SPEC,
  },
  room: {
    name: 'store has room',
    code: 'ERR_STORE_FULL',
    stage: 'unavailable',
    says: 'the store is full, and no entry may be deleted before it ends',
    spec: SPEC,
  },
  available: {
    name: 'store available',
    code: 'ERR_STORE_UNAVAILABLE',
    stage: 'unavailable',
    says: 'the store cannot be reached, or answered with an error',
    spec: SPEC,
  },
} as const satisfies Record<string, CheckDef>);
