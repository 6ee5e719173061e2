import { describe, expect, test } from 'vitest';
import { localOf, sentAt, timeOf } from '../../src/inspector/input/as-of.js';
import { readLink, writeLink } from '../../src/inspector/input/deep-link.js';

const NOW = Date.parse('2026-12-01T12:00:00.000Z');

describe('as of', () => {
  test('the evidence says it itself unless another time was chosen', () => {
    expect(sentAt({ of: 'evidence' }, NOW)).toBeUndefined();
    expect(sentAt({ of: 'now' }, NOW)).toBe('2026-12-01T12:00:00.000Z');
  });

  test('a local time is the same moment again', () => {
    for (const at of [NOW, 0, Date.parse('2026-03-29T01:30:15Z')]) {
      expect(timeOf(localOf(at))).toBe(at);
      expect(sentAt({ of: 'time', local: localOf(at) }, NOW)).toBe(new Date(at).toISOString());
    }
  });

  test.each([
    '',
    '2026-12-01',
    '12:00',
    '2026-13-01T12:00',
    'now',
    '2026-12-01T12:00Z',
    '2026-12-01T12:00:00+01:00',
  ])('%j is not a local time', (local) => {
    expect(timeOf(local)).toBeUndefined();
    expect(sentAt({ of: 'time', local }, NOW)).toBeUndefined();
  });
});

describe('deep links', () => {
  test('say code, kind and time', () => {
    const link = {
      code: 'ERR_APPROOV_TOKEN_EXPIRED',
      kind: 'approov-token',
      at: '2026-12-01T12:00:00.000Z',
    } as const;
    expect(readLink(writeLink(link))).toEqual(link);
    expect(writeLink(link)).toMatch(/^#code=ERR_APPROOV_TOKEN_EXPIRED&kind=approov-token&at=2026/);
  });

  test('a zone becomes that of the server', () => {
    expect(readLink('#at=2026-12-01T13:00:00%2B01:00')).toEqual({ at: '2026-12-01T12:00:00.000Z' });
  });

  test.each([
    '',
    '#',
    '#checks',
    '#code=<img src=x>',
    '#code=err_small',
    `#code=ERR_${'A'.repeat(90)}`,
    '#kind=constructor',
    '#kind=',
    '#at=yesterday',
    '#at=2026-99-01T12:00:00Z',
    '#at=2026-12-01T12:00:00',
    '#evidence=eyJhbGciOiJIUzI1NiJ9',
    '#token=eyJ&members=1',
  ])('nothing is read of %j', (hash) => {
    expect(readLink(hash)).toEqual({});
  });

  test('nothing is written of what is not known', () => {
    expect(writeLink({})).toBe('#');
  });
});
