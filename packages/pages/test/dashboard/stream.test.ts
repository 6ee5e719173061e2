import { describe, expect, test } from 'vitest';
import type { DecisionRow, LiveBatch } from '../../../gateway/src/shapes/seen.js';
import {
  countsSince,
  MOST_ENTRIES,
  NO_STREAM,
  NOTHING,
  summaryOf,
  withBatch,
  withPause,
  type Stream,
} from '../../src/dashboard/live/stream.js';

const row = (id: number): DecisionRow => ({ id }) as DecisionRow;
const batch = (at: number, ids: readonly number[], left = 0): LiveBatch => ({
  at,
  rows: ids.map(row),
  left,
  counts: { ...NOTHING, accepted: ids.length + left },
});
const ids = ({ entries }: Stream): unknown[] =>
  entries.map((entry) => ('row' in entry ? entry.row.id : `… ${entry.left}`));

describe('a batch', () => {
  test('is on top, the newest first, with how many more there were', () => {
    const stream = withBatch(withBatch(NO_STREAM, batch(1, [2, 1])), batch(2, [5, 4], 230));
    expect(ids(stream)).toEqual([5, 4, '… 230', 2, 1]);
  });

  test('says nothing of more if there were not', () => {
    expect(ids(withBatch(NO_STREAM, batch(1, [1])))).toEqual([1]);
    expect(withBatch(NO_STREAM, batch(1, [])).entries).toBe(NO_STREAM.entries);
  });

  test('adds 20 rows at most', () => {
    const many = Array.from({ length: 50 }, (_, index) => 50 - index);
    const stream = withBatch(NO_STREAM, batch(1, many, 7));
    expect(stream.entries).toHaveLength(21);
    expect(ids(stream).at(-1)).toBe('… 37');
  });

  test('shows no row twice when the stream is resumed', () => {
    const stream = withBatch(withBatch(NO_STREAM, batch(1, [3, 2, 1])), batch(2, [4, 3, 2]));
    expect(ids(stream)).toEqual([4, 3, 2, 1]);
    const paused = withPause(withBatch(NO_STREAM, batch(1, [3])), 9, 5);
    expect(ids(withBatch(paused, batch(2, [4, 3])))).toEqual([4, '… 9', 3]);
  });

  test('keeps the list and the counts bounded', () => {
    let stream = NO_STREAM;
    for (let at = 1; at <= 2000; at += 1) stream = withBatch(stream, batch(at, [at * 2, at * 2 - 1], 3));
    expect(stream.entries).toHaveLength(MOST_ENTRIES);
    expect(stream.batches).toHaveLength(1200);
    expect(ids(stream)[0]).toBe(4000);
    const keys = stream.entries.map((entry) => ('row' in entry ? entry.row.id : entry.key));
    expect(new Set(keys).size).toBe(keys.length);
  });
});

describe('a pause', () => {
  test('leaves a line, if something came', () => {
    expect(ids(withPause(withBatch(NO_STREAM, batch(1, [1])), 340, 7))).toEqual(['… 340', 1]);
    expect(withPause(NO_STREAM, 0, 7)).toBe(NO_STREAM);
  });

  test('is bounded too', () => {
    let stream = NO_STREAM;
    for (let at = 0; at < 300; at += 1) stream = withPause(stream, 1, at);
    expect(stream.entries).toHaveLength(MOST_ENTRIES);
  });
});

describe('counts', () => {
  test('are of batches after the time alone', () => {
    const stream = withBatch(withBatch(NO_STREAM, batch(10, [1])), batch(20, [3, 2], 4));
    expect(countsSince(stream, 9).accepted).toBe(7);
    expect(countsSince(stream, 10).accepted).toBe(6);
    expect(countsSince(stream, 20)).toEqual(NOTHING);
  });

  test('in words, the worst first, without those that are 0', () => {
    expect(summaryOf({ accepted: 3, reported: 0, refused: 2, open: 1 })).toBe(
      '6 requests: 2 refused, 1 open, 3 accepted',
    );
    expect(summaryOf(NOTHING)).toBe('');
  });
});
