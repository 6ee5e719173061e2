import { describe, expect, it } from 'vitest';
import * as approov from '../../src/approov/index.js';
import { AttestationError } from '../../src/kernel/errors.js';
import { mintApproovToken } from '../../src/testing/index.js';

interface Outcome {
  readonly count: number;
  readonly codes: Readonly<Record<string, number>>;
  readonly tallies: Readonly<Record<string, { readonly refused: number }>>;
  readonly violation?: { readonly rule: string; readonly mutator: string };
}
interface Fuzzer {
  readonly fuzz: (subject: object, seed: number, count: number) => Outcome;
}

/** A script of the repository, which has no declarations. */
const script = new URL('../../../../tools/fuzz-run.js', import.meta.url).href;
const { fuzz } = (await import(/* @vite-ignore */ script)) as Fuzzer;

const SUBJECT = { ...approov, mintApproovToken, AttestationError };
const SEED = 1;

describe('the fuzzer', () => {
  it('finds no mutant that breaks a rule, among a few thousand', () => {
    const { violation, count, tallies } = fuzz(SUBJECT, SEED, 8000);
    expect(violation).toBeUndefined();
    expect(count).toBe(8000);
    expect(Object.entries(tallies).filter(([, { refused }]) => refused === 0)).toEqual([]);
  }, 60_000);

  it.each<[string, object, RegExp]>([
    [
      'accepts what it cannot read',
      { verifyApproovToken: accepting('ERR_APPROOV_TOKEN_ENCODING') },
      /accepted/,
    ],
    ['skips the signature', { verifyApproovToken: accepting('ERR_APPROOV_TOKEN_SIGNATURE') }, /accepted/],
    [
      'skips critical extensions',
      { verifyApproovToken: accepting('ERR_APPROOV_TOKEN_CRITICAL') },
      /accepted/,
    ],
    ['refuses a genuine token', { verifyApproovToken: refusing() }, /refused .* in order/],
    ['throws something else', { verifyApproovToken: throwing() }, /escaped: TypeError/],
    [
      'says something else than the inspector',
      { inspectApproovToken: otherCode() },
      /inspect says ERR_OTHER/,
    ],
  ])(
    'finds a verifier that %s',
    (_, broken, rule) => {
      const { violation } = fuzz({ ...SUBJECT, ...broken }, SEED, 8000);
      expect(violation?.rule).toMatch(rule);
    },
    60_000,
  );
});

/** The verifier without one of its checks. */
function accepting(code: string): typeof approov.verifyApproovToken {
  return (token, expected) => {
    try {
      return approov.verifyApproovToken(token, expected);
    } catch (error) {
      if (error instanceof AttestationError && error.code === code) return {} as approov.ApproovResult;
      throw error;
    }
  };
}

function refusing(): typeof approov.verifyApproovToken {
  return (token, expected) => {
    const inspection = approov.inspectApproovToken(token, expected);
    const [first] = inspection.checks;
    if (inspection.verdict === 'pass' && first !== undefined && token.length % 7 === 0)
      throw new AttestationError({ ...first, stage: 'untrusted', says: '' });
    return approov.verifyApproovToken(token, expected);
  };
}

function throwing(): typeof approov.verifyApproovToken {
  return (token, expected) => {
    if (token.includes('é')) throw new TypeError('unexpected');
    return approov.verifyApproovToken(token, expected);
  };
}

function otherCode(): typeof approov.inspectApproovToken {
  return (token, expected) => {
    const inspection = approov.inspectApproovToken(token, expected);
    return inspection.verdict === 'pass' ? inspection : { ...inspection, code: 'ERR_OTHER' };
  };
}
