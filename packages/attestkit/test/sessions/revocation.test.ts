import { describe, expect, it } from 'vitest';
import { AttestationError } from '../../src/kernel/errors.js';
import { Revocation, type IssuedIn, type RevocationCheck } from '../../src/sessions/revocation.js';
import { storeKeys } from '../../src/sessions/store-keys.js';
import { memoryStore } from '../../src/stores/memory.js';
import { Clock, watched } from './backend.js';
import { DOWN, rejected } from './failing.js';

const device = (epoch: number, id = 'd'): IssuedIn => ({ scope: 'device', id, epoch });

/** Two instances on one store, and the reads of the first. */
function instances(check: RevocationCheck = { maxStaleSeconds: 5 }) {
  const clock = new Clock();
  const inner = memoryStore({ now: clock.now });
  const reads: string[] = [];
  let down = false;
  const store = watched(inner, (operation, key) => {
    if (down) throw new AttestationError(DOWN);
    if (operation === 'get') reads.push(key);
  });
  const fail = (failing: boolean): void => {
    down = failing;
  };
  return {
    clock,
    reads,
    fail,
    here: new Revocation(store, check, clock.now),
    there: new Revocation(inner, check, clock.now),
  };
}

/** `alive`, or the code; whether it had to be waited for. */
async function checked(revocation: Revocation, ...issued: readonly IssuedIn[]): Promise<string> {
  try {
    const checking = revocation.check(issued);
    await checking;
    return checking === undefined ? 'alive at once' : 'alive';
  } catch (error) {
    return (error as AttestationError).code;
  }
}

describe('a cut-off', () => {
  it('ends what was issued before, and blocks what comes until it is lifted', async () => {
    const { here } = instances('immediate');
    const before = await here.openEpoch('device', 'd');
    await here.revoke('device', 'd');
    expect(await rejected(here.openEpoch('device', 'd'))).toBe('ERR_SESSION_REVOKED');
    expect(await checked(here, device(before))).toBe('ERR_SESSION_REVOKED');
    expect(await checked(here, device(before + 1))).toBe('ERR_SESSION_REVOKED');
    await here.lift('device', 'd');
    expect(await here.openEpoch('device', 'd')).toBe(before + 1);
    expect(await checked(here, device(before))).toBe('ERR_SESSION_REVOKED');
    expect(await checked(here, device(before + 1))).toBe('alive');
  });

  it('counts up with each revocation, not with one of what is blocked', async () => {
    const { here } = instances();
    await here.revoke('device', 'd');
    await here.revoke('device', 'd');
    await here.lift('device', 'd');
    await here.lift('device', 'd');
    expect(await here.openEpoch('device', 'd')).toBe(1);
    await here.revoke('device', 'd');
    await here.lift('device', 'd');
    expect(await here.openEpoch('device', 'd')).toBe(2);
  });

  it('is of one scope and one id', async () => {
    const { here } = instances('immediate');
    await here.revoke('device', 'd');
    expect(await checked(here, device(0, 'e'))).toBe('alive');
    expect(await checked(here, { scope: 'key', id: 'd', epoch: 0 })).toBe('alive');
    expect(await checked(here, { scope: 'session', id: 'd', epoch: 0 })).toBe('alive');
    expect(await checked(here, device(0, 'e'), device(0))).toBe('ERR_SESSION_REVOKED');
  });

  it('of many at once counts once for each', async () => {
    const { here, there } = instances();
    await Promise.all(['d', 'd', 'd'].map((id, at) => (at === 1 ? there : here).revoke('device', id)));
    await here.lift('device', 'd');
    expect(await here.openEpoch('device', 'd')).toBe(1);
  });

  it('that cannot be read is an outage, also where it is only refreshed', async () => {
    const clock = new Clock();
    const store = memoryStore({ now: clock.now });
    const revocation = new Revocation(store, { maxStaleSeconds: 5 }, clock.now);
    await store.put(storeKeys.cutoff('device', 'd'), 'nonsense', undefined);
    expect(await checked(revocation, device(0))).toBe('ERR_STATE_UNREADABLE');
    expect(await rejected(revocation.openEpoch('device', 'd'))).toBe('ERR_STATE_UNREADABLE');
  });
});

describe('how soon a revocation takes effect', () => {
  it('is at once on the instance that revoked, and elsewhere within the bound, to the millisecond', async () => {
    const { here, there, clock } = instances();
    expect(await checked(here, device(0))).toBe('alive');
    expect(await checked(here, device(0))).toBe('alive at once');
    await there.revoke('device', 'd');
    expect(await checked(there, device(0))).toBe('ERR_SESSION_REVOKED');
    clock.ms += 4999;
    expect(await checked(here, device(0))).toBe('alive at once');
    clock.ms += 1;
    expect(await checked(here, device(0))).toBe('ERR_SESSION_REVOKED');
    expect(await checked(here, device(0))).toBe('ERR_SESSION_REVOKED');
  });

  it('is at once on the instance that revoked, whatever it knew before', async () => {
    const { here } = instances();
    expect(await checked(here, device(0))).toBe('alive');
    await here.revoke('device', 'd');
    expect(await checked(here, device(0))).toBe('ERR_SESSION_REVOKED');
    await here.lift('device', 'd');
    expect(await checked(here, device(1))).toBe('alive');
  });

  it('counts from when the store was asked and not from its answer', async () => {
    const clock = new Clock();
    const inner = memoryStore({ now: clock.now });
    const slow = watched(inner, () => {
      clock.ms += 3000;
    });
    const revocation = new Revocation(slow, { maxStaleSeconds: 5 }, clock.now);
    expect(await checked(revocation, device(0))).toBe('alive');
    clock.ms += 1999;
    expect(await checked(revocation, device(0))).toBe('alive at once');
    clock.ms += 1;
    expect(await checked(revocation, device(0))).toBe('alive');
  });

  it('is not put off by a clock that was set back', async () => {
    const { here, there, clock } = instances();
    expect(await checked(here, device(0))).toBe('alive');
    await there.revoke('device', 'd');
    clock.ms -= 60_000;
    expect(await checked(here, device(0))).toBe('ERR_SESSION_REVOKED');
  });

  it('is with each request where it is immediate', async () => {
    const { here, there, reads } = instances('immediate');
    expect(await checked(here, device(0))).toBe('alive');
    expect(await checked(here, device(0))).toBe('alive');
    expect(reads).toHaveLength(2);
    await there.revoke('device', 'd');
    expect(await checked(here, device(0))).toBe('ERR_SESSION_REVOKED');
  });

  it('is never where it is off; what is issued is held to it all the same', async () => {
    const { here, there, reads } = instances('off');
    await there.revoke('device', 'd');
    expect(await checked(here, device(0))).toBe('alive at once');
    expect(reads).toHaveLength(0);
    expect(await rejected(here.checkNow([device(0)]))).toBe('ERR_SESSION_REVOKED');
    expect(await rejected(here.openEpoch('device', 'd'))).toBe('ERR_SESSION_REVOKED');
  });
});

describe('while the store is down', () => {
  it('what is known counts until the bound, then nothing is let in', async () => {
    const { here, fail, clock } = instances();
    expect(await checked(here, device(0))).toBe('alive');
    fail(true);
    clock.ms += 4999;
    expect(await checked(here, device(0))).toBe('alive at once');
    clock.ms += 1;
    expect(await checked(here, device(0))).toBe('STORE_DOWN');
    fail(false);
    expect(await checked(here, device(0))).toBe('alive');
  });

  it('one unknown scope of several is enough to let nothing in', async () => {
    const { here, fail } = instances();
    expect(await checked(here, device(0))).toBe('alive');
    fail(true);
    expect(await checked(here, device(0), { scope: 'key', id: 'k', epoch: 0 })).toBe('STORE_DOWN');
  });

  it('what is known to be revoked is refused as such', async () => {
    const { here, there, fail } = instances();
    await there.revoke('device', 'd');
    expect(await checked(here, device(0))).toBe('ERR_SESSION_REVOKED');
    fail(true);
    expect(await checked(here, device(0))).toBe('ERR_SESSION_REVOKED');
  });
});
