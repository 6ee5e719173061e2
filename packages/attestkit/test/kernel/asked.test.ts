import { describe, expect, it } from 'vitest';
import { amount, atLeast, atMost, NOT_ASKED, oneOf, words, wordsOf } from '../../src/kernel/asked.js';
import { AttestationError } from '../../src/kernel/errors.js';
import { Explanation } from '../../src/kernel/explanation.js';
import { enforcing, inspecting } from '../../src/kernel/sinks.js';
import { check } from '../guard/support/double.js';

const ONE = check('ONE', 'untrusted');
const TIME = new Date('2026-06-01T12:00:00Z');

describe('what a check found and expects', () => {
  it.each<[string, unknown, string]>([
    ['a limit from below', atLeast(6), 'at least 6'],
    ['a limit with its unit', atMost(300, 's'), 'at most 300 s'],
    ['a time from which on', atLeast(TIME), '2026-06-01T12:00:00.000Z or later'],
    ['a time until which', atMost(TIME), '2026-06-01T12:00:00.000Z or earlier'],
    ['a version', atLeast('17.2'), 'at least 17.2'],
    ['an amount', amount(172_800, 's'), '172800 s'],
    ['one value', oneOf(['production']), '"production"'],
    ['several', oneOf(['a', 'b']), 'one of ["a","b"]'],
    ['words', words(() => 'system 2026-05'), 'system 2026-05'],
    ['a time', TIME, '2026-06-01T12:00:00.000Z'],
    ['a time that is none', new Date(Number.NaN), 'a time that no date can say'],
    ['a limit that is no time', atMost(new Date(Infinity)), 'a time that no date can say or earlier'],
    ['nothing in a list', [], 'none'],
    ['text', 'x', '"x"'],
    ['a number', 0, '0'],
  ])('is shown as %s', (_, value, text) => {
    expect(wordsOf(value)).toBe(text);
  });

  it('has no amount of nothing', () => {
    expect(amount(undefined, 's')).toBeUndefined();
  });

  it('makes no words for a verifier', () => {
    const never = words(() => {
      throw new Error('words were made');
    });
    enforcing.holds(ONE, true, never, never);
    expect(() => enforcing.holds(ONE, false, never, never)).toThrow(AttestationError);
  });

  it('says where nobody asks', () => {
    const details = (actual: unknown, expected: unknown, held = true): string | undefined =>
      inspecting((checks) => checks.holds(ONE, held, actual, expected)).checks[0]?.detail;
    expect(details(undefined, NOT_ASKED)).toBe('not asked');
    expect(details('app-store', NOT_ASKED)).toBe('not asked; found "app-store"');
    expect(details(172_800, atMost(300, 's'), false)).toBe('says ONE: found 172800, expected at most 300 s');
    expect(details(1, NOT_ASKED, false)).toBe('says ONE: found 1');
  });
});

describe('a likely mistake', () => {
  const MISTAKE = 'the app did it so: do it otherwise';

  it('is the cause of what a verifier throws', () => {
    try {
      enforcing.holds(ONE, false, 1, 2, MISTAKE);
    } catch (error) {
      expect(error).toMatchObject({ message: 'says ONE', code: 'ONE', cause: { message: MISTAKE } });
      expect((error as AttestationError).cause).toBeInstanceOf(Explanation);
      expect(((error as AttestationError).cause as Error).stack).not.toMatch(/\n\s+at /);
    }
    expect.assertions(3);
  });

  it('is in the detail of an inspector, whether the check is recorded or thrown', () => {
    const recorded = inspecting((checks) => checks.holds(ONE, false, 1, 2, MISTAKE));
    expect(recorded.checks[0]?.detail).toBe(`says ONE: found 1, expected 2. Likely mistake: ${MISTAKE}`);
    const thrown = inspecting(() => {
      throw new AttestationError(ONE, { cause: new Explanation(MISTAKE) });
    });
    expect(thrown.checks[0]?.detail).toBe(`says ONE. Likely mistake: ${MISTAKE}`);
    const other = inspecting(() => {
      throw new AttestationError(ONE, { cause: new Error('quotes a token') });
    });
    expect(other.checks[0]?.detail).toBe('says ONE');
  });

  it('changes no verdict', () => {
    expect(() => enforcing.holds(ONE, true, 1, 2, MISTAKE)).not.toThrow();
    const held = inspecting((checks) => checks.holds(ONE, true, 1, 1, MISTAKE));
    expect(held).toMatchObject({ verdict: 'pass', checks: [{ detail: 'found 1, expected 1' }] });
  });

  it('leaves the stack traces of others alone, where Error is frozen too', () => {
    const limit = Error.stackTraceLimit;
    expect(new Explanation('x')).toMatchObject({ name: 'Explanation', message: 'x' });
    expect(Error.stackTraceLimit).toBe(limit);
    Object.defineProperty(Error, 'stackTraceLimit', { writable: false });
    expect(new Explanation('x').message).toBe('x');
    Object.defineProperty(Error, 'stackTraceLimit', { writable: true });
  });
});
