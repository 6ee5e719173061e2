import { describe, expect, test } from 'vitest';
import { decisionsOf, errorOf, inspectorOf } from '../../src/dashboard/parts/places.js';
import { plural, shareOf, sumOf } from '../../src/dashboard/parts/share.js';

const percent = (share: number, digits = 1): string =>
  new Intl.NumberFormat(undefined, { style: 'percent', maximumFractionDigits: digits }).format(share);

describe('a share', () => {
  test.each([
    [971, 1000, percent(0.971)],
    [1, 3, percent(1 / 3)],
    [1, 2000, percent(0.0005, 2)],
    [0, 10, percent(0)],
    [10, 10, percent(1)],
    [1, 0, percent(0)],
    [0, 0, percent(0)],
    [-1, 10, percent(0)],
  ])('of %d in %d', (part, whole, says) => {
    expect(shareOf(part, whole)).toBe(says);
  });

  test('is not rounded to all or nothing', () => {
    expect(shareOf(999_999, 1_000_000)).toBe(`more than ${percent(0.999)}`);
    expect(shareOf(1, 1_000_000)).toBe(`less than ${percent(0.0001, 2)}`);
    expect(shareOf(999_999, 1_000_000)).not.toBe(percent(1));
    expect(shareOf(1, 1_000_000)).not.toBe(percent(0));
  });
});

test('a sum has each outcome', () => {
  expect(sumOf({ accepted: 1000, reported: 200, refused: 30, open: 4 })).toBe(1234);
});

test('one is one', () => {
  expect(plural(1, 'request')).toBe('1 request');
  expect(plural(0, 'request')).toBe('0 requests');
  expect(plural(2, 'entry', 'entries')).toBe('2 entries');
});

describe('places', () => {
  const hostile = '"><script>&x=1#?//evil.example/%00\u202e';

  test('a value never decides where a link leads', () => {
    const base = 'http://gateway.test';
    for (const path of [
      decisionsOf({ code: hostile }),
      errorOf(hostile),
      inspectorOf({ code: hostile, evidence: [hostile], at: 0 }),
    ]) {
      const url = new URL(path, base);
      expect(url.origin).toBe(base);
      expect(path).not.toMatch(/[<>" ]/);
    }
    expect(new URL(decisionsOf({ code: hostile }), base).searchParams.get('code')).toBe(hostile);
    expect([...new URL(decisionsOf({ code: hostile }), base).searchParams.keys()]).toEqual(['code']);
    expect(new URL(errorOf('javascript:alert(1)'), base).pathname).toBe('/errors');
  });

  test('the inspector gets code, kind and time, and no evidence', () => {
    const path = inspectorOf({ code: 'ERR_X', evidence: ['app-attest', 'session'], at: 1000 });
    expect(path).toBe('/inspect#code=ERR_X&kind=app-attest&at=1970-01-01T00%3A00%3A01.000Z');
    expect(inspectorOf({ code: null, evidence: [], at: 0 })).toBe('/inspect#at=1970-01-01T00%3A00%3A00.000Z');
  });
});
