import { describe, expect, it } from 'vitest';
import { AttestationError, ConfigurationError } from '../../src/kernel/errors.js';
import { enforcing, inspecting, mustRead } from '../../src/kernel/sinks.js';
import { check } from '../guard/support/double.js';

const [ONE, TWO, THREE] = [
  check('ONE', 'untrusted'),
  check('TWO', 'untrusted'),
  check('THREE', 'denied'),
] as const;

describe('the enforcing sink', () => {
  it('throws at a check that does not hold, and only then', () => {
    enforcing.holds(ONE, true);
    expect(() => enforcing.holds(TWO, false, 'secret')).toThrow(AttestationError);
    expect(() => enforcing.holds(TWO, false, 'secret')).not.toThrow(/secret/);
  });
});

describe('the recording sink', () => {
  it('passes where all hold', () => {
    expect(
      inspecting((checks) => {
        checks.holds(ONE, true, 1, 1);
        return 'result';
      }),
    ).toEqual({
      verdict: 'pass',
      result: 'result',
      checks: [{ name: 'ONE', code: 'ONE', spec: 'test', ok: true, detail: 'found 1, expected 1' }],
    });
  });

  it('goes on past a failure and names the first', () => {
    const inspection = inspecting((checks) => {
      checks.holds(ONE, true);
      checks.holds(TWO, false, 'a', 'b');
      checks.holds(THREE, false);
      return 'result';
    });
    expect(inspection).toMatchObject({ verdict: 'fail', code: 'TWO', unverified: 'result' });
    expect(inspection.checks.map(({ ok, detail }) => [ok, detail])).toEqual([
      [true, ''],
      [false, 'says TWO: found "a", expected "b"'],
      [false, 'says THREE'],
    ]);
  });

  it('ends where nothing more can be read, with what was read before', () => {
    const inspection = inspecting<string>((checks, read) => {
      read('partial');
      mustRead(checks, ONE, undefined);
      return 'never';
    });
    expect(inspection).toEqual({
      verdict: 'fail',
      code: 'ONE',
      unverified: 'partial',
      checks: [{ name: 'ONE', code: 'ONE', spec: 'test', ok: false, detail: 'says ONE' }],
    });
  });

  it('records a check that was thrown without it', () => {
    const inspection = inspecting(() => {
      throw new AttestationError(TWO);
    });
    expect(inspection).toMatchObject({ verdict: 'fail', code: 'TWO', checks: [{ code: 'TWO', ok: false }] });
  });

  it('does not hide a bug', () => {
    expect(() =>
      inspecting(() => {
        throw new TypeError('bug');
      }),
    ).toThrow(TypeError);
  });
});

describe('mustRead', () => {
  it('gives the value back, whatever it is', () => {
    for (const value of [0, '', false, null]) expect(mustRead(enforcing, ONE, value)).toBe(value);
    expect(() => mustRead(enforcing, ONE, undefined)).toThrow(AttestationError);
  });
});

describe('errors', () => {
  it('carry the check, and the cause', () => {
    const cause = new Error('beneath');
    const error = new AttestationError(THREE, { cause, retryAfter: 3 });
    expect(error).toMatchObject({
      name: 'AttestationError',
      code: 'THREE',
      stage: 'denied',
      spec: 'test',
      check: THREE,
      cause,
      retryAfter: 3,
      message: 'says THREE',
    });
    expect('cause' in new AttestationError(ONE)).toBe(false);
  });

  it('have no stack trace, and leave that of others alone', () => {
    const limit = Error.stackTraceLimit;
    expect(new AttestationError(ONE).stack).not.toMatch(/\n\s+at /);
    expect(Error.stackTraceLimit).toBe(limit);
    Object.defineProperty(Error, 'stackTraceLimit', { writable: false });
    expect(new AttestationError(ONE).code).toBe('ONE');
    Object.defineProperty(Error, 'stackTraceLimit', { writable: true });
    expect(new Error('other').stack).toMatch(/\n\s+at /);
  });

  it('of configuration name the variable and the remedy', () => {
    const error = new ConfigurationError('NAME', 'is empty', 'Fill it.');
    expect(error).toMatchObject({
      message: 'NAME is empty. Fill it.',
      variable: 'NAME',
      remedy: 'Fill it.',
      code: 'ERR_CONFIGURATION',
    });
  });
});
