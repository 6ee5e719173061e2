import { describe, expect, it } from 'vitest';
import { subject } from '../../src/subject/subject.js';
import { fuzz } from '../support/fuzzer.js';

const COUNT = 6000;
/** Until a planted fault is found. */
const MOST = 40_000;

/** A sink that lets one check pass. */
function without(code: string): typeof subject.enforcing {
  return {
    holds(check, held, ...more) {
      if (check.code !== `ERR_APPROOV_SIGNATURE_${code}`) subject.enforcing.holds(check, held, ...more);
    },
  };
}

describe('the fuzzer of signed requests', () => {
  it('finds no mutant that breaks a rule, among a few thousand', () => {
    const { violation, count, tallies, reasons } = fuzz('message-signing', COUNT);
    expect(violation).toBeUndefined();
    expect(count).toBe(COUNT);
    expect(Object.keys(reasons)).toHaveLength(2);
    expect(Object.entries(tallies).filter(([, { refused }]) => refused === 0)).toEqual([]);
  }, 120_000);

  it.each([
    'INVALID',
    'DIGEST_MISMATCH',
    'DIGEST_MISSING',
    'COMPONENT_MISSING',
    'EXPIRED',
    'NOT_YET_VALID',
    'LIFETIME_INVALID',
  ])(
    'finds a verifier that does not look for %s',
    (code) => {
      const { violation } = fuzz('message-signing', MOST, { enforcing: without(code) });
      expect(violation?.rule).toBe('it was accepted');
    },
    240_000,
  );
});
