import { describe, expect, test } from 'vitest';
import { decisionsOf, errorOf, inspectorOf } from '../../src/dashboard/parts/places.js';
import { readLink } from '../../src/inspector/input/deep-link.js';
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
      inspectorOf({ code: hostile, at: 0 }),
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
    expect(inspectorOf({ code: 'ERR_JWKS_UNAVAILABLE', at: 1000 })).toBe(
      '/inspect#code=ERR_JWKS_UNAVAILABLE&at=1970-01-01T00%3A00%3A01.000Z',
    );
    expect(readLink(new URL(inspectorOf({ code: hostile, at: 0 }), 'http://gateway.test').hash)).toEqual({
      at: '1970-01-01T00:00:00.000Z',
    });
  });

  // Of each kind that a request can be refused for, a code of the catalog.
  test.each([
    ['ERR_APPROOV_TOKEN_EXPIRED', 'approov-token'],
    ['ERR_APPROOV_BINDING_MISMATCH', 'approov-token'],
    ['ERR_APPROOV_SIGNATURE_EXPIRED', 'approov-message'],
    ['ERR_APP_ATTEST_ASSERTION_SIGNATURE_INVALID', 'app-attest-assertion'],
    ['ERR_APP_ATTEST_RECEIPT_EXPIRED', 'app-attest-receipt'],
    ['ERR_APP_ATTEST_CERTIFICATE_EXPIRED', 'app-attest-attestation'],
    ['ERR_KEY_ATTESTATION_REVOKED', 'key-attestation'],
    ['ERR_PLAY_INTEGRITY_TOKEN_MISSING', 'play-integrity'],
    ['ERR_APP_CHECK_TOKEN_EXPIRED', 'app-check'],
    ['ERR_SESSION_EXPIRED', 'session-token'],
  ])('the inspector reads the kind of %s', (code, kind) => {
    const { hash } = new URL(inspectorOf({ code, at: 0 }), 'http://gateway.test');
    expect(readLink(hash)).toEqual({ code, kind, at: '1970-01-01T00:00:00.000Z' });
  });
});
