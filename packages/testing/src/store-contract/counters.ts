import assert from 'node:assert/strict';
import { countYes, LONG, MANY, rule, SHORT, type StoreRule } from './rule.js';

/** Rules of `advance`. */
export const counterRules: readonly StoreRule[] = [
  rule('a counter only rises', async (store, key) => {
    assert.equal(await store.advance(key(), 5), true);
    assert.equal(await store.advance(key(), 5), false);
    assert.equal(await store.advance(key(), 4), false);
    assert.equal(await store.advance(key(), 6), true);
    assert.equal(await store.advance(key(), 5), false);
    assert.equal(await store.advance(key(), 8), true);
    assert.equal(await store.advance(key(), 7), false);
  }),
  rule('a counter begins above 0', async (store, key) => {
    assert.equal(await store.advance(key(), 0), false);
    assert.equal(await store.advance(key(), 1), true);
    assert.equal(await store.advance(key(), 0), false);
  }),
  rule('a counter has 32 bits, unsigned', async (store, key) => {
    assert.equal(await store.advance(key(), 0x7fff_ffff), true);
    assert.equal(await store.advance(key(), 0x8000_0000), true);
    assert.equal(await store.advance(key(), 0x7fff_ffff), false);
    assert.equal(await store.advance(key(), 0xffff_fffe), true);
    assert.equal(await store.advance(key(), 0xffff_ffff), true);
    assert.equal(await store.advance(key(), 0xffff_fffe), false);
    assert.equal(await store.advance(key(), 0xffff_ffff), false);
  }),
  rule('a counter is a number and not text', async (store, key) => {
    assert.equal(await store.advance(key(), 9), true);
    assert.equal(await store.advance(key(), 10), true);
    assert.equal(await store.advance(key(), 9), false);
    assert.equal(await store.advance(key(), 100), true);
    assert.equal(await store.advance(key(), 20), false);
  }),
  rule('counters of different keys do not meet', async (store, key) => {
    assert.equal(await store.advance(key('a'), 7), true);
    assert.equal(await store.advance(key('b'), 3), true);
    assert.equal(await store.advance(key('A'), 2), true);
  }),
  rule('of simultaneous advances to one value exactly one succeeds', async (store, key) => {
    assert.equal(await countYes(() => store.advance(key(), 7)), 1);
    assert.equal(await countYes(() => store.advance(key(), 8, { ttlMs: LONG })), 1);
  }),
  rule(
    'of simultaneous advances to many values each succeeds once at most, and the highest does',
    async (store, key) => {
      const values = Array.from({ length: MANY }, (_, index) => 1 + ((index * 7) % (MANY / 2)));
      const yes = await Promise.all(values.map((value) => store.advance(key(), value)));
      const taken = values.filter((_, index) => yes[index]);
      assert.equal(new Set(taken).size, taken.length);
      assert.equal(Math.max(...taken), MANY / 2);
      assert.equal(await store.advance(key(), MANY / 2), false);
    },
  ),
  rule('a counter without a time to live stays', async (store, key, pass) => {
    assert.equal(await store.advance(key(), 5), true);
    await pass(SHORT);
    assert.equal(await store.advance(key(), 5), false);
  }),
  rule('a counter begins anew when its time has passed', async (store, key, pass) => {
    assert.equal(await store.advance(key(), 5, { ttlMs: SHORT }), true);
    assert.equal(await store.advance(key(), 5, { ttlMs: SHORT }), false);
    await pass(SHORT);
    assert.equal(await store.advance(key(), 0, { ttlMs: LONG }), false);
    assert.equal(await store.advance(key(), 1, { ttlMs: LONG }), true);
  }),
  rule(
    'an accepted value sets the time to live anew, and ends it if it does not name one',
    async (store, key, pass) => {
      await store.advance(key('longer'), 5, { ttlMs: SHORT });
      assert.equal(await store.advance(key('longer'), 6, { ttlMs: LONG }), true);
      await store.advance(key('for-ever'), 5, { ttlMs: SHORT });
      assert.equal(await store.advance(key('for-ever'), 6), true);
      await store.advance(key('late'), 5, { ttlMs: SHORT });
      await store.advance(key('late'), 8, { window: 4, ttlMs: SHORT });
      assert.equal(await store.advance(key('late'), 7, { window: 4, ttlMs: LONG }), true);
      await pass(SHORT);
      assert.equal(await store.advance(key('longer'), 6), false);
      assert.equal(await store.advance(key('for-ever'), 6), false);
      assert.equal(await store.advance(key('late'), 7, { window: 4 }), false);
    },
  ),
  rule('a refused value renews the time to live as well', async (store, key, pass) => {
    const refused = { equal: 5, below: 4, zero: 0, 'late-and-used': 3, 'too-late': 1 };
    for (const [name, value] of Object.entries(refused)) {
      await store.advance(key(name), 2, { ttlMs: SHORT });
      assert.equal(await store.advance(key(name), 5, { window: 3, ttlMs: SHORT }), true);
      await store.advance(key(name), 3, { window: 3, ttlMs: SHORT });
      const window = name.includes('late') ? 3 : 0;
      assert.equal(await store.advance(key(name), value, { window, ttlMs: LONG }), false, name);
    }
    await pass(SHORT);
    for (const name of Object.keys(refused)) {
      assert.equal(await store.advance(key(name), 5), false, name);
      assert.equal(await store.advance(key(name), 4, { window: 3 }), true, name);
    }
  }),
  rule('a refused value makes the time to live shorter if it says so', async (store, key, pass) => {
    await store.advance(key(), 5);
    assert.equal(await store.advance(key(), 5, { ttlMs: SHORT }), false);
    await pass(SHORT);
    assert.equal(await store.advance(key(), 1), true);
  }),
  rule('a refused value without a time to live leaves it as it is', async (store, key, pass) => {
    await store.advance(key('short'), 5, { ttlMs: SHORT });
    assert.equal(await store.advance(key('short'), 5), false);
    assert.equal(await store.advance(key('short'), 4, { window: 8 }), false);
    await store.advance(key('long'), 5, { ttlMs: LONG });
    assert.equal(await store.advance(key('long'), 5), false);
    await pass(SHORT);
    assert.equal(await store.advance(key('short'), 1), true);
    assert.equal(await store.advance(key('long'), 5), false);
  }),
  rule('a value that is refused without a counter does not begin one', async (store, key) => {
    assert.equal(await store.advance(key(), 0, { window: 64, ttlMs: LONG }), false);
    assert.equal(await store.advance(key(), 1, { window: 64, ttlMs: LONG }), true);
  }),
];
