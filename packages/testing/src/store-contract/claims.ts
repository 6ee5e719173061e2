import assert from 'node:assert/strict';
import { countYes, LONG, rule, SHORT, type StoreRule } from './rule.js';

/** 200 characters, with each that a key may have: those that patterns, SQL and hash tags of a cluster are made of too. */
const ODDEST = Array.from({ length: 200 }, (_, at) => String.fromCharCode(0x21 + (at % 94))).join('');

/** Rules of `claim`. */
export const claimRules: readonly StoreRule[] = [
  rule('a claim is granted once', async (store, key) => {
    assert.equal(await store.claim(key(), LONG), true);
    assert.equal(await store.claim(key(), LONG), false);
    assert.equal(await store.claim(key(), 1), false);
  }),
  rule('of simultaneous claims exactly one is granted', async (store, key) => {
    assert.equal(await countYes(() => store.claim(key(), LONG)), 1);
  }),
  rule('claims of different keys do not meet', async (store, key) => {
    assert.equal(await countYes((index) => store.claim(key(String(index)), LONG)), 200);
  }),
  rule(
    'a claim is told from one in other letters, and from one of which it is the beginning',
    async (store, key) => {
      for (const name of ['a', 'A', 'ab', 'a%', 'a_', 'a*', 'a?', '{a}', "a'", 'a"', 'a\\', 'a\\\\'])
        assert.equal(await store.claim(key(name), LONG), true, name);
    },
  ),
  rule('every character that a key may have, and its whole length, count', async (store, key) => {
    const own = key('');
    const longest = own + ODDEST.slice(own.length);
    assert.equal(await store.claim(longest, LONG), true);
    assert.equal(await store.claim(longest, LONG), false);
    assert.equal(await store.claim(`${longest.slice(0, -1)}~`, LONG), true);
    assert.equal(await store.claim(longest.slice(0, -1), LONG), true);
  }),
  rule('a claim is free again when its time has passed, once', async (store, key, pass) => {
    assert.equal(await store.claim(key(), SHORT), true);
    await pass(SHORT);
    assert.equal(await countYes(() => store.claim(key(), LONG)), 1);
    await pass(SHORT);
    assert.equal(await store.claim(key(), LONG), false);
  }),
  rule('a refused claim does not make the time longer', async (store, key, pass) => {
    assert.equal(await store.claim(key(), SHORT), true);
    await store.claim(key(), LONG);
    await pass(SHORT);
    assert.equal(await store.claim(key(), LONG), true);
  }),
  rule('a refused claim does not make the time shorter', async (store, key, pass) => {
    assert.equal(await store.claim(key(), LONG), true);
    await store.claim(key(), 1);
    await pass(SHORT);
    assert.equal(await store.claim(key(), LONG), false);
  }),
  rule('a claim outlives as many writes and times as come after it', async (store, key, pass) => {
    assert.equal(await store.claim(key(), LONG), true);
    assert.equal(await countYes((index) => store.claim(key(`short${index}`), 1)), 200);
    await pass(SHORT);
    assert.equal(await countYes((index) => store.claim(key(`short${index}`), 1)), 200);
    assert.equal(await store.claim(key(), LONG), false);
  }),
];
