import { describe, expect, it } from 'vitest';
import { AttestationError } from '../../src/kernel/errors.js';
import { checkClaims, claimExpectations } from '../../src/kernel/jose/claims.js';
import { jwtChecks } from '../../src/kernel/jose/jwt-checks.js';
import { enforcing } from '../../src/kernel/sinks.js';
import type { JsonObject } from '../../src/ports/json.js';

const CHECKS = jwtChecks('X', 'the token', 'untrusted');
const NOW = 1_790_000_000_000;

function code(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof AttestationError) return error.code;
    throw error;
  }
  return 'none';
}

describe('claims', () => {
  const judge = (claims: JsonObject, options: Parameters<typeof claimExpectations>[0] = {}) =>
    code(() => checkClaims({ exp: 1e12, ...claims }, claimExpectations(options), NOW, CHECKS, enforcing));
  const seconds = NOW / 1000;

  it.each<[string, JsonObject, string]>([
    ['no expiry', { exp: undefined }, 'EXP_MISSING'],
    ['an expiry that is text', { exp: '9' }, 'EXP_INVALID'],
    ['an expiry without end', { exp: Infinity }, 'EXP_INVALID'],
    ['an expiry that is now', { exp: seconds }, 'EXPIRED'],
    ['a start that is text', { nbf: '9' }, 'NBF_INVALID'],
    ['a start that is null', { nbf: null }, 'NBF_INVALID'],
    ['a start that is later', { nbf: seconds + 0.001 }, 'NOT_YET_VALID'],
    ['a time of issue that is text', { iat: '9' }, 'IAT_INVALID'],
    ['a time of issue that is null', { iat: null }, 'IAT_INVALID'],
  ])('are refused with %s', (_, claims, suffix) => {
    expect(judge(claims)).toBe(`ERR_X_${suffix}`);
  });

  it('are accepted at their very ends, and within the leeway', () => {
    expect(judge({ exp: seconds + 0.001, nbf: seconds, iat: seconds + 1e6 })).toBe('none');
    for (const leewaySeconds of [1, 60]) {
      expect(judge({ exp: seconds - leewaySeconds + 0.001 }, { leewaySeconds })).toBe('none');
      expect(judge({ exp: seconds - leewaySeconds }, { leewaySeconds })).toBe('ERR_X_EXPIRED');
      expect(judge({ nbf: seconds + leewaySeconds }, { leewaySeconds })).toBe('none');
      expect(judge({ nbf: seconds + leewaySeconds + 0.001 }, { leewaySeconds })).toBe('ERR_X_NOT_YET_VALID');
    }
  });

  it.each<[object, JsonObject, string]>([
    [{ issuer: 'issuer' }, { iss: 'issuer' }, 'none'],
    [{ issuer: ['host', 'issuer'] }, { iss: 'issuer' }, 'none'],
    [{ issuer: 'issuer' }, { iss: ['issuer'] }, 'ERR_X_ISSUER_MISMATCH'],
    [{ issuer: 'issuer' }, {}, 'ERR_X_ISSUER_MISMATCH'],
    [{ audience: 'app' }, { aud: 'app' }, 'none'],
    [{ audience: ['app', 'back'] }, { aud: ['c', 'back'] }, 'none'],
    [{ audience: 'app' }, { aud: 'apps' }, 'ERR_X_AUDIENCE_MISMATCH'],
    [{ audience: 'app' }, { aud: [['app']] }, 'ERR_X_AUDIENCE_MISMATCH'],
    [{ audience: 'app' }, { aud: [] }, 'ERR_X_AUDIENCE_MISMATCH'],
    [{ audience: 'app' }, {}, 'ERR_X_AUDIENCE_MISMATCH'],
  ])('meet %j: %j: %s', (options, claims, said) => {
    expect(judge(claims, options)).toBe(said);
  });

  it.each<[string, unknown]>([
    ['leewaySeconds', -1],
    ['leewaySeconds', 61],
    ['leewaySeconds', '5'],
    ['leewaySeconds', Number.NaN],
    ['issuer', ''],
    ['issuer', []],
    ['issuer', ['i', '']],
    ['issuer', ['i', 7]],
    ['audience', ''],
    ['audience', [undefined]],
  ])('cannot be expected by %s %j', (variable, value) => {
    expect(() => claimExpectations({ [variable]: value })).toThrow(
      expect.objectContaining({ name: 'ConfigurationError', variable }),
    );
  });
});
