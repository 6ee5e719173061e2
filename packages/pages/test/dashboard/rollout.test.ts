import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { CLASSES } from '../../src/dashboard/rollout/classes.js';
import { linesOf, SIGN_LINES, signAdvice } from '../../src/dashboard/rollout/lines.js';
import { configuredShare, enforcementOf, previewOf } from '../../src/dashboard/rollout/preview.js';

const SEEN = { seen: 3012, refused: 48, counted: 'devices' } as const;
const ALL = `${(3012).toLocaleString()} devices`;

describe('the preview', () => {
  test.each([
    [0, `Reporting refuses nothing: all ${ALL} pass.`],
    [25, `Enforcing for 25% of clients would refuse about 12 of ${ALL}.`],
    [5, `Enforcing for 5% of clients would refuse about 2 of ${ALL}.`],
    [100, `Enforcing for all clients would refuse 48 of ${ALL}.`],
  ])('of %d percent', (share, says) => {
    expect(previewOf(SEEN, share)).toBe(says);
  });

  test('does not say none if it may be one, nor some if it is none', () => {
    expect(previewOf({ ...SEEN, refused: 1 }, 5)).toContain('less than 1 of');
    expect(previewOf({ ...SEEN, refused: 0 }, 50)).toContain('refuse none of');
    expect(previewOf({ seen: 1, refused: 1, counted: 'requests' }, 100)).toContain('1 of 1 request.');
  });
});

describe('enforcement', () => {
  test.each([
    ['report', 0],
    ['enforce', 100],
    ['25%', 25],
    ['100%', 100],
    ['999%', 100],
    ['', 0],
    ['25', 0],
    ['-5%', 0],
    ['2.5%', 0],
  ])('%j is %d percent', (text, share) => {
    expect(configuredShare(text)).toBe(share);
  });

  test.each([0, 5, 25, 100])('%d percent, in words and back', (share) => {
    expect(configuredShare(enforcementOf(share))).toBe(share);
  });
});

describe('the lines', () => {
  test('are YAML with the name and the enforcement', () => {
    expect(linesOf('orders', 25)).toBe('routes:\n  - name: orders # and its path\n    enforcement: 25%');
    expect(parse(linesOf('orders', 100))).toEqual({ routes: [{ name: 'orders', enforcement: 'enforce' }] });
    expect(parse(linesOf('orders', 0))).toEqual({ routes: [{ name: 'orders', enforcement: 'report' }] });
  });

  test.each([
    'yes',
    'null',
    '12',
    '0x10',
    'a: b',
    'a #b',
    '- x',
    '"',
    "it's",
    'a\nenforcement: enforce',
    '{a}',
    '*x',
    '',
    ' a',
    '\u202egnp.exe\u0007',
    '😀',
    'orders/*',
    '\u2028',
  ])('name %j as it is', (name) => {
    expect(parse(linesOf(name, 5))).toEqual({ routes: [{ name, enforcement: '5%' }] });
    expect(linesOf(name, 5)).toMatch(/^[^\p{Cc}\p{Cf}\p{Zl}]*$/mu);
    expect(linesOf(name, 5).split('\n')).toHaveLength(3);
  });

  test('of a route without a name have its path, and the default stands by itself', () => {
    expect(linesOf('/v3/*', 5)).toBe('routes:\n  - path: /v3/*\n    enforcement: 5%');
    for (const path of ['/v3/*', '/a#b', '/a: b', '/\u202e', '/ü'])
      expect(parse(linesOf(path, 5))).toEqual({ routes: [{ path, enforcement: '5%' }] });
    expect(parse(linesOf('default', 100))).toEqual({ default: { enforcement: 'enforce' } });
  });

  test('of a sign are YAML', () => {
    expect(parse(SIGN_LINES)).toEqual({
      appSign: { header: 'user-agent', prefix: 'Wallet/', since: '3.1' },
    });
  });
});

test('a configuration without a sign is advised to have one', () => {
  expect(signAdvice({ hasSign: true, hasSince: true })).toBeUndefined();
  expect(signAdvice({ hasSign: true, hasSince: false })).toContain('first version');
  expect(signAdvice({ hasSign: false, hasSince: false })).toContain('requests of your app look like');
  expect(signAdvice({ hasSign: false, hasSince: false })).not.toBe(
    signAdvice({ hasSign: true, hasSince: false }),
  );
});

test('each class is said once', () => {
  expect(CLASSES.map((each) => each.class)).toEqual([
    'our-app',
    'old-version',
    'unknown-origin',
    'broken',
    'unchecked',
  ]);
});
