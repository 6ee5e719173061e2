import { describe, expect, test } from 'vitest';
import { isGivenBackwards, orderChains, validityAt } from '../../src/inspector/chain/order-chain.js';
import { timeScale } from '../../src/inspector/chain/time-scale.js';

const DAY = 86_400_000;
const AT = Date.parse('2026-12-01T00:00:00Z');

function part(
  signedBy: number | undefined,
  dates: readonly [string, string] = ['2026-01-01T00:00:00Z', '2027-01-01T00:00:00Z'],
) {
  const [notBefore, notAfter] = dates;
  const certificate = {
    subject: '',
    issuer: '',
    notBefore,
    notAfter,
    serialNumber: '',
    key: '',
    signedBy,
    root: undefined,
    pin: '',
  };
  return { name: 'c', certificate };
}
const other = { name: 'token', certificate: undefined };
const drawn = (...parts: Parameters<typeof orderChains>[0][number][]): readonly string[] =>
  orderChains(parts).map((chain) => chain.map(({ index, signer }) => `${index} ${signer}`).join(', '));

describe('a chain', () => {
  test('goes from leaf to root', () => {
    expect(drawn(part(1), part(2), part(2))).toEqual(['0 next, 1 next, 2 itself']);
  });

  test('is drawn the same if the root was given first, and says so', () => {
    const parts = [part(0), part(0), part(1)];
    expect(drawn(...parts)).toEqual(['2 next, 1 next, 0 itself']);
    expect(orderChains(parts).some(isGivenBackwards)).toBe(true);
    expect(orderChains([part(1), part(1)]).some(isGivenBackwards)).toBe(false);
    expect(orderChains([part(0)]).some(isGivenBackwards)).toBe(false);
  });

  test('counts among all parts', () => {
    expect(drawn(other, part(2), part(2))).toEqual(['1 next, 2 itself']);
  });

  test('without a signer ends there', () => {
    expect(drawn(part(undefined), part(undefined))).toEqual(['0 unknown', '1 unknown']);
    expect(drawn()).toEqual([]);
    expect(drawn(other)).toEqual([]);
  });

  test('two leaves of one signer are two chains', () => {
    expect(drawn(part(2), part(2), part(2))).toEqual(['0 next, 2 itself', '1 unknown']);
  });

  test.each([
    ['a circle', [part(1), part(0)]],
    ['a longer circle behind a leaf', [part(1), part(2), part(3), part(1)]],
    ['signers beyond the list', [part(99), part(-1), part(1.5)]],
    ['a signer that is not a certificate', [part(1), other]],
  ])('%s ends, and draws each once', (_, parts) => {
    const indexes = orderChains(parts).flatMap((chain) => chain.map(({ index }) => index));
    expect(indexes.toSorted()).toEqual(parts.flatMap((each, index) => (each.certificate ? [index] : [])));
  });
});

test.each([
  ['2025-12-31T23:59:59Z', 'not valid yet'],
  ['2026-01-01T00:00:00Z', 'valid'],
  ['2027-01-01T00:00:00Z', 'valid'],
  ['2027-01-01T00:00:01Z', 'expired'],
])('at %s it is %s', (at, words) => {
  expect(validityAt(part(undefined).certificate, Date.parse(at))).toBe(words);
});

test('dates that cannot be read are not valid', () => {
  expect(validityAt(part(undefined, ['soon', '2027-01-01T00:00:00Z']).certificate, AT)).toBe('dates unknown');
  expect(validityAt(part(undefined, ['2026-01-01T00:00:00Z', '']).certificate, AT)).toBe('dates unknown');
});

describe('the line of time', () => {
  const scale = timeScale(AT, [AT - 3650 * DAY, AT + 14 * DAY]);

  test('keeps the order of times, within the line', () => {
    const places = [-1e6, -3650, -30, -1, 0, 1, 14, 1e6].map((days) => scale.place(AT + days * DAY));
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(places[0]).toBe(0);
    expect(places.at(-1)).toBe(1);
  });

  test('shows days beside decades', () => {
    expect(scale.place(AT + DAY) - scale.place(AT)).toBeGreaterThan(0.04);
  });

  test('names distances that are on it, not too close to each other', () => {
    const words = scale.ticks.map((tick) => tick.words);
    expect(words).toContain('−1 year');
    expect(words).not.toContain('+1 year');
    const places = scale.ticks.map(({ at }) => scale.place(at)).toSorted((a, b) => a - b);
    for (const [index, place] of places.entries())
      if (index > 0) expect(place - (places[index - 1] as number)).toBeGreaterThan(0.08);
  });

  test('times that are not numbers are left out', () => {
    const broken = timeScale(AT, [Number.NaN, AT]);
    expect(broken.place(Number.NaN)).toBe(0);
    expect(broken.place(AT)).toBeCloseTo(0.5);
  });
});
