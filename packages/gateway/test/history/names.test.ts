import { expect, it } from 'vitest';
import { DailyLimit } from '../../src/history/daily-limit.js';
import { codeName, compareVersions, cut, sentenceOf } from '../../src/history/names.js';
import { DAY, NOON } from './support/opened.js';

it.each([
  ['3.9', '3.10', -1],
  ['3.10', '3.9', 1],
  ['3', '3.0.0', 0],
  ['3.1', '3.1.1', -1],
  ['10', '9', 1],
  ['03.1', '3.1', 0],
  ['3.1-beta', '3.1', 0],
  ['3.0+4', '3.1', -1],
  ['2_1', '3', -1],
  ['', '3.1', undefined],
  ['latest', '3.1', undefined],
  ['v3', '3.1', undefined],
  ['3.x', '3.1', undefined],
  ['3..1', '3.1', undefined],
  ['3.', '3.1', undefined],
  ['3 1', '3.1', undefined],
  ['-3', '3.1', undefined],
  ['1e9', '3.1', undefined],
])('compares version %j with %j: %s', (left, right, order) => {
  expect(compareVersions(left, right)).toBe(order);
});

it.each([
  [undefined, null],
  [null, null],
  ['', null],
  ['a', 'a'],
  ['x'.repeat(65), 'x'.repeat(64)],
  ['a\0b', 'a\uFFFDb'],
  [7 as never, null],
])('cuts %j to %j', (text, short) => {
  expect(cut(text)).toBe(short);
});

it.each([
  [undefined, null],
  ['ERR_APPROOV_TOKEN_EXPIRED', 'ERR_APPROOV_TOKEN_EXPIRED'],
  ['ERR_APPROOV_TOKEN_EXPIRED ', 'other'],
  ['', 'other'],
  ['constructor', 'other'],
])('names the code %j %j', (code, name) => {
  expect(codeName(code)).toBe(name);
});

it('has the sentence of a code', () => {
  expect(sentenceOf('ERR_APPROOV_TOKEN_EXPIRED')).toBe('the Approov token has expired');
});

it('lets a number of values of each day pass', () => {
  const limit = new DailyLimit(2, (day) => (day === Math.floor(NOON / DAY) ? ['loaded'] : []));
  expect(['a', 'b', 'a', 'loaded', 'c'].map((value) => limit.of(NOON, value))).toEqual([
    'a',
    'other',
    'a',
    'loaded',
    'other',
  ]);
  expect(['b', 'c', 'd'].map((value) => limit.of(NOON + DAY, value))).toEqual(['b', 'c', 'other']);
  // Events near midnight come in any order.
  expect(['a', 'b'].map((value) => limit.of(NOON, value))).toEqual(['a', 'other']);
});

it('keeps the values of few days, whatever the clock does', () => {
  let loads = 0;
  const limit = new DailyLimit(1, () => {
    loads += 1;
    return [];
  });
  for (const day of [0, 1, 2, 3, 400, -7, 5]) limit.of(NOON + day * DAY, 'a');
  expect(loads).toBe(7);
  expect(limit.of(NOON + 5 * DAY, 'b')).toBe('other');
  expect(loads).toBe(7);
  limit.of(NOON, 'a');
  expect(loads).toBe(8);
});
