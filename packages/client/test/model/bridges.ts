import {
  AttesterError,
  type Attester,
  type KeyAttester,
  type KeylessAttester,
  type Lock,
  type Storage,
} from 'attestkit-client';
import type { Armed } from './faults.js';

/** Runs what a process waits for: it may end before or after. */
export type Living = <T>(work: () => Promise<T>) => Promise<T>;

export function faultyStorage(values: Map<string, string>, living: Living, armed: Armed): Storage {
  return {
    get: (name) =>
      living(async () => {
        if (armed.fires('read fails')) throw new Error('cannot decrypt');
        return values.get(name);
      }),
    set: (name, value) =>
      living(async () => {
        if (armed.fires('write fails')) throw new Error('disk full');
        values.set(name, value);
      }),
    delete: (name) =>
      living(async () => {
        if (armed.fires('write fails')) throw new Error('disk full');
        values.delete(name);
      }),
  };
}

/** @param onKey called for each key that the client asks for */
export function faultyAttester(
  base: KeyAttester | KeylessAttester,
  living: Living,
  armed: Armed,
  onKey: () => void,
): Attester {
  const call = <T>(work: () => Promise<T>): Promise<T> =>
    living(async () => {
      if (armed.fires('platform busy')) throw new AttesterError('tryLater', 'busy');
      if (armed.fires('platform unknown error')) throw new Error('who knows');
      if (armed.fires('user must act')) throw new AttesterError('userActionRequired', 'update');
      return await work();
    });
  if (base.proof === undefined) return { attest: (key, over) => call(() => base.attest(key, over)) };
  return {
    proof: base.proof,
    createKey: () => {
      onKey();
      return call(() => base.createKey());
    },
    attest: (key, over) =>
      call(async () => {
        if (armed.fires('key not attested')) throw new AttesterError('keyLost', 'no key to attest');
        return await base.attest(key, over);
      }),
    keyId: (key) => call(() => base.keyId(key)),
    sign: (key, text) =>
      call(async () => {
        if (armed.fires('key lost')) throw new AttesterError('keyLost', 'gone');
        return await base.sign(key, text);
      }),
    deleteKey: async (key) => await base.deleteKey?.(key),
  };
}

/** Whether a process runs: one that was killed never goes on. */
export interface Alive {
  now: boolean;
}

/** A lock of the system for several processes: it ends with the process that holds it. */
export class Locks {
  readonly #holders = new Map<string, Alive>();

  of(alive: Alive): Lock {
    return async (name, work) => {
      while (this.#holders.get(name)?.now === true) await new Promise((resolve) => setImmediate(resolve));
      if (!alive.now) return await new Promise<never>(() => undefined);
      // Each holder is its own: another client of this process has to wait too.
      const holder = {
        held: true,
        get now() {
          return alive.now && this.held;
        },
        set now(value: boolean) {
          this.held = value;
        },
      };
      this.#holders.set(name, holder);
      try {
        return await work();
      } finally {
        holder.held = false;
      }
    };
  }
}
