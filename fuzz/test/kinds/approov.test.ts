import { describe, expect, it } from 'vitest';
import * as approov from 'attestkit/approov';
import { AttestationError } from 'attestkit';
import { fuzz, otherCode } from '../support/fuzzer.js';

const COUNT = 8000;

describe('the fuzzer of Approov tokens', () => {
  it('finds no mutant that breaks a rule, among a few thousand', () => {
    const { violation, count, tallies } = fuzz('approov', COUNT);
    expect(violation).toBeUndefined();
    expect(count).toBe(COUNT);
    expect(Object.entries(tallies).filter(([, { refused }]) => refused === 0)).toEqual([]);
  }, 60_000);

  it.each<[string, object, RegExp]>([
    [
      'accepts what it cannot read',
      { verifyApproovToken: accepting('ERR_APPROOV_TOKEN_ENCODING_MALFORMED') },
      /accepted/,
    ],
    [
      'skips the signature',
      { verifyApproovToken: accepting('ERR_APPROOV_TOKEN_SIGNATURE_INVALID') },
      /accepted/,
    ],
    [
      'skips critical extensions',
      { verifyApproovToken: accepting('ERR_APPROOV_TOKEN_CRITICAL_UNSUPPORTED') },
      /accepted/,
    ],
    ['refuses a genuine token', { verifyApproovToken: refusing() }, /refused .* in order/],
    ['throws something else', { verifyApproovToken: throwing() }, /escaped: TypeError/],
    [
      'says something else than the inspector',
      { inspectApproovToken: otherCode(approov.inspectApproovToken) },
      /inspect says ERR_OTHER/,
    ],
  ])(
    'finds a verifier that %s',
    (_, broken, rule) => {
      expect(fuzz('approov', COUNT, broken).violation?.rule).toMatch(rule);
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
