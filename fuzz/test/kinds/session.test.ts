import { AttestationError } from 'attestkit';
import { inspectSessionToken, verifySessionToken } from 'attestkit/sessions';
import { describe, expect, it } from 'vitest';
import { subject } from '../../src/subject/subject.js';
import { fuzz, otherCode, skipping } from '../support/fuzzer.js';

const { authenticateChallenge, readAttestCredentials, readProofField, readRefreshToken, SessionVerifier } =
  subject;
const COUNT = 8000;
/** Until a planted fault is found. */
const MOST = 60_000;

describe('the fuzzer of what clients of sessions carry', () => {
  it('finds no mutant that breaks a rule, among a few thousand', () => {
    const { violation, count, tallies, reasons } = fuzz('session', COUNT);
    expect(violation).toBeUndefined();
    expect(count).toBe(COUNT);
    expect(Object.entries(tallies).filter(([, { refused }]) => refused === 0)).toEqual([]);
    expect(Object.keys(reasons)).toContain('signed with the right secret, and in order');
    expect(Object.keys(reasons)).toContain('the same parameters, written otherwise');
  }, 60_000);

  it.each([
    'ERR_SESSION_SIGNATURE_INVALID',
    'ERR_SESSION_TYPE_MISMATCH',
    'ERR_SESSION_EXPIRED',
    'ERR_SESSION_AUDIENCE_MISMATCH',
    'ERR_SESSION_IDENTIFIERS_INVALID',
    'ERR_SESSION_DEVICE_ID_INVALID',
    'ERR_SESSION_BINDING_CLAIM_INVALID',
  ])(
    'finds a session token verified without looking for %s',
    (code) => {
      const broken = { verifySessionToken: skipping(code, verifySessionToken, inspectSessionToken) };
      expect(fuzz('session', MOST, broken).violation?.rule).toBe('it was accepted');
    },
    60_000,
  );

  it.each<[string, object, RegExp]>([
    [
      'a challenge of a stranger',
      { authenticateChallenge: without(authenticateChallenge, 'ERR_CHALLENGE_UNKNOWN') },
      /accepted/,
    ],
    [
      'a challenge for another purpose',
      { authenticateChallenge: without(authenticateChallenge, 'ERR_CHALLENGE_PURPOSE_MISMATCH') },
      /accepted/,
    ],
    [
      'a challenge that has expired',
      { authenticateChallenge: without(authenticateChallenge, 'ERR_CHALLENGE_EXPIRED') },
      /accepted/,
    ],
    [
      'a challenge from a time to come',
      { authenticateChallenge: without(authenticateChallenge, 'ERR_CHALLENGE_NOT_YET_VALID') },
      /accepted/,
    ],
    [
      'a refresh token of a stranger',
      { readRefreshToken: without(readRefreshToken, 'ERR_REFRESH_UNKNOWN') },
      /accepted/,
    ],
    ['a parameter twice', { readAttestCredentials: lastOfTwo(readAttestCredentials, ',') }, /accepted/],
    ['a parameter twice, behind semicolons', { readProofField: lastOfTwo(readProofField, ';') }, /accepted/],
    [
      'an inspector that says something else',
      { inspectSessionToken: otherCode(inspectSessionToken) },
      /inspect says ERR_OTHER/,
    ],
    ['a memory that never forgets', { SessionVerifier: Forgetless }, /the memory says/],
  ])(
    'finds %s',
    (_, broken, rule) => {
      expect(fuzz('session', MOST, broken).violation?.rule).toMatch(rule);
    },
    60_000,
  );
});

/** A reader that lets one code pass. */
function without<Given extends readonly never[], Result>(read: (...given: Given) => Result, code: string) {
  return (...given: Given): Result | undefined => {
    try {
      return read(...given);
    } catch (error) {
      if (error instanceof AttestationError && error.code === code) return undefined;
      throw error;
    }
  };
}

/** A reader of header fields that takes the last of several. */
function lastOfTwo(read: typeof readProofField, separator: string): typeof readProofField {
  return (value, checks): ReturnType<typeof readProofField> => {
    const parts = value.split(separator);
    const last = new Map(
      parts.map((part) => [
        part
          .split('=')[0]
          ?.trim()
          .replace(/^attest /i, ''),
        part,
      ]),
    );
    const scheme = /^attest /i.test([...last.values()][0] ?? '') ? '' : 'Attest ';
    const text = [...last.values()].join(separator);
    return read(separator === ',' ? `${scheme}${text}` : text, checks);
  };
}

/** Remembers that there was a token of this length. */
class Forgetless extends SessionVerifier {
  readonly #lengths = new Set<number>();

  override verify(token: string, now: number): ReturnType<InstanceType<typeof SessionVerifier>['verify']> {
    if (this.#lengths.has(token.length))
      return {} as ReturnType<InstanceType<typeof SessionVerifier>['verify']>;
    const result = super.verify(token, now);
    this.#lengths.add(token.length);
    return result;
  }
}
