import { AttestationError } from '../../../src/kernel/errors.js';
import type { CheckDef } from '../../../src/ports/checks.js';
import type { Store } from '../../../src/ports/store.js';
import { watched } from './backend.js';

export const DOWN: CheckDef = {
  name: 'store',
  code: 'STORE_DOWN',
  stage: 'unavailable',
  says: 'the store is down',
  spec: 'test',
};

/** A store that can be cut off: after so many operations that change something, each one rejects. */
export class Outage {
  readonly store: Store;
  left = Number.POSITIVE_INFINITY;
  writes = 0;

  constructor(store: Store) {
    this.store = watched(store, (operation) => {
      if (operation === 'get') return;
      if (this.left <= 0) throw new AttestationError(DOWN);
      this.left -= 1;
      this.writes += 1;
    });
  }
}
