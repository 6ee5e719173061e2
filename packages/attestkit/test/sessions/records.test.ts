import { describe, expect, it } from 'vitest';
import { AttestationError } from '../../src/kernel/errors.js';
import { changeRecord, readRecord } from '../../src/sessions/records.js';
import { memoryStore } from '../../src/stores/memory.js';
import { watched } from './backend.js';
import { rejected } from './failing.js';

const add = (current: { n: number } | undefined) => {
  const write = { n: (current?.n ?? 0) + 1 };
  return { write, result: write.n };
};

describe('a record', () => {
  it('is read with the version to replace it by', async () => {
    const store = memoryStore();
    expect(await readRecord(store, 'k')).toBeUndefined();
    expect(await changeRecord(store, 'k', add)).toBe(1);
    const { value, version } = (await store.get('k')) ?? {};
    expect(await readRecord(store, 'k')).toEqual({ record: { n: 1 }, version });
    expect(value).toBe('{"v":1,"n":1}');
  });

  it.each(['', '{', 'null', '[]', '"v"', '{}', '{"v":2}', '{"v":"1"}', '[{"v":1}]', '{"v":1}{'])(
    'that reads %j is an outage and not absent',
    async (value) => {
      const store = memoryStore();
      await store.put('k', value, undefined);
      expect(await rejected(readRecord(store, 'k'))).toBe('ERR_STATE_UNREADABLE');
      expect(await rejected(changeRecord(store, 'k', add))).toBe('ERR_STATE_UNREADABLE');
      expect((await store.get('k'))?.value).toBe(value);
      const error = await readRecord(store, 'k').catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ stage: 'unavailable' });
    },
  );
});

describe('a change', () => {
  it('that says nothing to write writes nothing', async () => {
    const store = memoryStore();
    expect(await changeRecord(store, 'k', () => ({ result: 7 }))).toBe(7);
    expect(await store.get('k')).toBeUndefined();
  });

  it('starts over where another writer came between, and loses nothing', async () => {
    const store = memoryStore();
    const all = Array.from({ length: 6 }, () => changeRecord(store, 'k', add));
    expect((await Promise.all(all)).toSorted()).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('gives up after some attempts, and says when to come again', async () => {
    const inner = memoryStore();
    let puts = 0;
    const store = watched(inner, async (operation, key) => {
      if (operation !== 'put') return;
      puts += 1;
      await changeRecord(inner, key, add);
    });
    const error = await changeRecord(store, 'k', add).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(AttestationError);
    expect(error).toMatchObject({ code: 'ERR_STATE_CONTENTION', stage: 'unavailable', retryAfter: 1 });
    expect(puts).toBe(24);
  });

  it('keeps its time to live', async () => {
    let now = 1000;
    const store = memoryStore({ now: () => now });
    await changeRecord(store, 'k', () => ({ write: { n: 1 }, ttlMs: 50, result: undefined }));
    now += 49;
    expect(await readRecord(store, 'k')).toBeDefined();
    now += 1;
    expect(await readRecord(store, 'k')).toBeUndefined();
  });

  it('that throws writes nothing', async () => {
    const store = memoryStore();
    const change = (): never => {
      throw new RangeError('no');
    };
    await expect(changeRecord(store, 'k', change)).rejects.toThrow(RangeError);
    expect(await store.get('k')).toBeUndefined();
  });
});
