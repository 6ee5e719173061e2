import { describe, expect, it } from 'vitest';
import { AttestationError, ConfigurationError } from '../../src/kernel/errors.js';
import type { Store } from '../../src/ports/store.js';
import { STORE_CHECKS } from '../../src/stores/checks.js';
import { memoryStore } from '../../src/stores/memory.js';
import { tryOperations } from '../../src/stores/trial.js';

type Operation = 'claim' | 'advance' | 'get' | 'put' | 'delete';

/** The operations that a trial asks for, one after the other. */
const ASKED: readonly Operation[] = [
  'claim',
  'claim',
  'advance',
  'advance',
  'advance',
  'advance',
  'get',
  'put',
  'put',
  'get',
  'put',
  'delete',
  'get',
  'delete',
];
const NTH = ASKED.map((operation, index) => [index, operation] as const);
const REMEDY = { variable: 'pool', remedy: 'Give another.' };

/** A store that works, but for one answer, counted from 0. */
function faulty(at: number, answer: (right: unknown) => unknown) {
  const asked: Operation[] = [];
  const right = memoryStore();
  const spoilt = (operation: Operation) =>
    async function (...args: never[]): Promise<never> {
      asked.push(operation);
      const given: unknown = await (right[operation] as (...all: never[]) => Promise<unknown>)(...args);
      return (asked.length === at + 1 ? answer(given) : given) as never;
    };
  const store: Store = {
    claim: spoilt('claim'),
    advance: spoilt('advance'),
    get: spoilt('get'),
    put: spoilt('put'),
    delete: spoilt('delete'),
  };
  return { store, asked };
}

const thrown = (run: Promise<void>): Promise<unknown> =>
  run.then(
    () => 'nothing',
    (error: unknown) => error,
  );

const another = { value: 'another', version: 'v' };
const wrong = (answer: unknown): unknown => {
  if (typeof answer === 'boolean') return !answer;
  return answer === undefined ? another : undefined;
};

describe('a trial', () => {
  it('is passed by a store that works', async () => {
    const { store, asked } = faulty(-1, wrong);
    await tryOperations(store, REMEDY);
    expect(asked).toEqual(ASKED);
  });

  it.each(NTH)('names the operation whose answer is wrong: %i, %s', async (index, operation) => {
    const { store, asked } = faulty(index, wrong);
    const error = await thrown(tryOperations(store, REMEDY));
    expect(error).toMatchObject({ ...REMEDY, constructor: ConfigurationError });
    expect(error).not.toHaveProperty('cause');
    expect((error as ConfigurationError).problem).toContain(`as ${operation} did not`);
    expect(asked).toEqual(ASKED.slice(0, index + 1));
  });

  it.each([9, 12])('reads the value that was written: %i', async (index) => {
    const { store } = faulty(index, () => another);
    await expect(tryOperations(store, REMEDY)).rejects.toThrow(/as get did not/);
  });

  it.each(NTH)('names the operation that is a mistake, and says which: %i, %s', async (index, operation) => {
    const { store } = faulty(index, () => {
      throw new TypeError('it is not a function');
    });
    const error = await thrown(tryOperations(store, REMEDY));
    expect(error).toMatchObject({ ...REMEDY, cause: { message: 'the store failed (TypeError)' } });
    expect((error as ConfigurationError).problem).toContain(`as ${operation} did not`);
  });

  it('takes an answer that the store cannot read for a mistake', async () => {
    const { store } = faulty(3, () => {
      throw new AttestationError(STORE_CHECKS.available);
    });
    await expect(tryOperations(store, REMEDY)).rejects.toThrow(/as advance did not/);
  });

  it.each<[string, Error]>([
    ['without a connection', new AttestationError(STORE_CHECKS.available, { cause: new Error('gone') })],
    ['without an answer in time', new AttestationError(STORE_CHECKS.timely)],
    ['of another kind', Object.assign(new Error('gone'), { code: 'ERR_STORE_UNAVAILABLE' })],
  ])('passes an outage on: %s', async (_, outage) => {
    const { store } = faulty(3, () => {
      throw outage;
    });
    expect(await thrown(tryOperations(store, REMEDY))).toBe(outage);
  });

  it('makes a further trial on a record that is there', async () => {
    const { store } = faulty(-1, wrong);
    const found: unknown[] = [];
    const besides = async (key: string): Promise<boolean> => {
      found.push((await store.get(key))?.value);
      return false;
    };
    await expect(tryOperations(store, REMEDY, besides)).rejects.toThrow(/as get did not/);
    expect(found).toEqual(['é']);
  });
});
