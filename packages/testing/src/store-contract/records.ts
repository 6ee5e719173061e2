import assert from 'node:assert/strict';
import type { Store } from 'attestkit';

type Versioned = NonNullable<Awaited<ReturnType<Store['get']>>>;
import { countYes, LONG, rule, SHORT, type StoreRule } from './rule.js';

/** Text that encodings, quoting and normalization spoil; and as much of it as a value may have: 64 KiB of UTF-8. */
const VALUES = [
  '',
  ' ',
  '0',
  'null',
  '{"a":"\\u0000"}',
  'é e\u0301 ß 中文 🦊 \u2028 \uFEFF \u0001 \u007F',
  `'"\\;--$1?:a%s\r\n\t`,
  'x'.repeat(65_536),
  '🦊'.repeat(16_384),
];

async function read(store: Store, key: string): Promise<Versioned> {
  const found = await store.get(key);
  assert.ok(found !== undefined, 'there is no record');
  return found;
}

/** Rules of `get`, `put` and `delete`. */
export const recordRules: readonly StoreRule[] = [
  rule('a record that was never written is absent', async (store, key) => {
    assert.equal(await store.get(key()), undefined);
    assert.equal(await store.delete(key(), 'another'), false);
    assert.equal(await store.get(key()), undefined);
  }),
  rule('a record is read as it was written last', async (store, key) => {
    assert.equal(await store.put(key(), 'one', undefined), true);
    const one = await read(store, key());
    assert.equal(one.value, 'one');
    assert.equal(await store.put(key(), 'two', one.version), true);
    const two = await read(store, key());
    assert.equal(two.value, 'two');
    assert.notEqual(two.version, one.version);
    assert.deepEqual(await store.get(key()), two);
  }),
  rule('text comes back as it was', async (store, key) => {
    for (const [index, value] of VALUES.entries()) {
      assert.equal(await store.put(key(String(index)), value, undefined), true);
      assert.equal((await read(store, key(String(index)))).value, value);
    }
  }),
  rule('a record is created once', async (store, key) => {
    assert.equal(await store.put(key(), 'one', undefined), true);
    assert.equal(await store.put(key(), 'two', undefined), false);
    assert.equal((await read(store, key())).value, 'one');
  }),
  rule('of simultaneous creations exactly one succeeds', async (store, key) => {
    assert.equal(await countYes((index) => store.put(key(), String(index), undefined)), 1);
  }),
  rule('a version that is not the live one writes nothing', async (store, key) => {
    await store.put(key(), 'one', undefined);
    const one = await read(store, key());
    await store.put(key(), 'two', one.version);
    assert.equal(await store.put(key(), 'three', one.version), false);
    assert.equal(await store.put(key(), 'three', 'another'), false);
    assert.equal((await read(store, key())).value, 'two');
    assert.equal(await store.put(key('absent'), 'one', one.version), false);
    assert.equal(await store.get(key('absent')), undefined);
  }),
  rule('a version is worth nothing for another record', async (store, key) => {
    await store.put(key('a'), 'same', undefined);
    await store.put(key('b'), 'same', undefined);
    const { version } = await read(store, key('a'));
    assert.equal(await store.put(key('b'), 'taken', version), false);
  }),
  rule('of simultaneous writes from one version exactly one succeeds', async (store, key) => {
    await store.put(key(), 'one', undefined);
    const { version } = await read(store, key());
    assert.equal(await countYes((index) => store.put(key(), String(index), version)), 1);
  }),
  rule('a record that is written back as it was has another version', async (store, key) => {
    await store.put(key(), 'one', undefined);
    const first = await read(store, key());
    await store.put(key(), 'one', first.version);
    assert.equal(await store.put(key(), 'two', first.version), false);
  }),
  rule('a record that was deleted and created anew has another version', async (store, key) => {
    const versions: string[] = [];
    for (let again = 0; again < 5; again += 1) {
      assert.equal(await store.put(key(), 'one', undefined), true);
      const { version } = await read(store, key());
      assert.ok(!versions.includes(version), 'a version comes again');
      versions.push(version);
      assert.equal(await store.delete(key(), version), true);
      for (const old of versions) assert.equal(await store.put(key(), 'two', old), false);
    }
    await store.put(key(), 'one', undefined);
    for (const old of versions) {
      assert.equal(await store.put(key(), 'two', old), false);
      assert.equal(await store.delete(key(), old), false);
    }
    assert.equal((await read(store, key())).value, 'one');
  }),
  rule('no simultaneous change is lost', async (store, key) => {
    await store.put(key(), '0', undefined);
    const add = async (): Promise<void> => {
      // Each time that one fails another has succeeded, so none fails as often as that.
      for (let failed = 0; failed < 20; failed += 1) {
        const { value, version } = await read(store, key());
        if (await store.put(key(), String(Number(value) + 1), version)) return;
      }
      assert.fail('a write from the live version is refused');
    };
    await Promise.all(Array.from({ length: 20 }, add));
    assert.equal((await read(store, key())).value, '20');
  }),
  rule('deleting deletes this record, once', async (store, key) => {
    await store.put(key('a'), 'one', undefined);
    await store.put(key('A'), 'two', undefined);
    const { version } = await read(store, key('a'));
    assert.equal(await store.delete(key('a'), version), true);
    assert.equal(await store.delete(key('a'), version), false);
    assert.equal(await store.get(key('a')), undefined);
    assert.equal((await read(store, key('A'))).value, 'two');
  }),
  rule('deleting deletes nothing but the version that was looked at', async (store, key) => {
    await store.put(key(), 'one', undefined);
    const one = await read(store, key());
    await store.put(key(), 'one', one.version);
    const two = await read(store, key());
    assert.equal(await store.delete(key(), one.version), false);
    assert.equal(await store.delete(key(), 'another'), false);
    assert.deepEqual(await read(store, key()), two);
    await store.put(key('other'), 'one', undefined);
    assert.equal(await store.delete(key('other'), two.version), false);
    assert.equal(await store.delete(key(), two.version), true);
  }),
  rule('of simultaneous deletions and writes of one version exactly one succeeds', async (store, key) => {
    for (let again = 0; again < 5; again += 1) {
      await store.put(key(), 'one', (await store.get(key()))?.version);
      const { version } = await read(store, key());
      const change = (index: number): Promise<boolean> =>
        index % 2 === again % 2 ? store.delete(key(), version) : store.put(key(), 'two', version);
      assert.equal(await countYes(change), 1);
    }
  }),
  rule('a record that has ended cannot be deleted', async (store, key, pass) => {
    await store.put(key(), 'one', undefined, SHORT);
    const { version } = await read(store, key());
    await pass(SHORT);
    assert.equal(await store.delete(key(), version), false);
    await store.put(key(), 'two', undefined);
    assert.equal(await store.delete(key(), version), false);
    assert.equal((await read(store, key())).value, 'two');
  }),
  rule('a record without a time to live stays', async (store, key, pass) => {
    await store.put(key(), 'one', undefined);
    await pass(SHORT);
    assert.equal((await read(store, key())).value, 'one');
  }),
  rule('a record whose time has passed is absent', async (store, key, pass) => {
    assert.equal(await store.put(key(), 'one', undefined, SHORT), true);
    const { version } = await read(store, key());
    await pass(SHORT);
    assert.equal(await store.get(key()), undefined);
    assert.equal(await store.put(key(), 'two', version), false);
    assert.equal(await countYes((index) => store.put(key(), String(index), undefined, LONG)), 1);
    assert.equal(await store.put(key(), 'two', version), false);
  }),
  rule(
    'a write sets the time to live anew, and ends it if it does not name one',
    async (store, key, pass) => {
      const rewrite = async (name: string, before: number, after: number | undefined): Promise<boolean> => {
        await store.put(key(name), 'one', undefined, before);
        return store.put(key(name), 'two', (await read(store, key(name))).version, after);
      };
      assert.equal(await rewrite('longer', SHORT, LONG), true);
      assert.equal(await rewrite('for-ever', SHORT, undefined), true);
      assert.equal(await rewrite('shorter', LONG, SHORT), true);
      await pass(SHORT);
      assert.equal((await read(store, key('longer'))).value, 'two');
      assert.equal((await read(store, key('for-ever'))).value, 'two');
      assert.equal(await store.get(key('shorter')), undefined);
    },
  ),
  rule('a refused write leaves the time to live as it is', async (store, key, pass) => {
    await store.put(key(), 'one', undefined, SHORT);
    assert.equal(await store.put(key(), 'two', undefined, LONG), false);
    assert.equal(await store.put(key(), 'two', 'another'), false);
    await pass(SHORT);
    assert.equal(await store.get(key()), undefined);
  }),
];
