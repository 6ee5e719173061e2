import { CONFLICT_CHECKS } from '../../src/sessions/enrollment/enrollment-checks.js';
import { readdirSync, existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { statusOf } from '../../src/endpoints/status.js';
import type { CheckDef, Stage } from '../../src/ports/checks.js';

const ENDPOINTS = ['challenge', 'attest', 'refresh', 'assert', 'revoke'] as const;

/** What each endpoint can answer besides 200, by the table of the endpoints. */
const ALLOWED: Record<(typeof ENDPOINTS)[number], readonly number[]> = {
  challenge: [400, 413, 429, 503],
  attest: [400, 403, 409, 413, 429, 503],
  refresh: [400, 401, 403, 409, 413, 429, 503],
  assert: [400, 401, 403, 409, 413, 429, 503],
  revoke: [400, 413, 429, 503],
};

/** Everything of the shape of a check in the catalogs of all rooms. */
async function catalog(): Promise<readonly CheckDef[]> {
  const src = new URL('../../src/', import.meta.url);
  const rooms = readdirSync(src).filter(
    (room) => room !== 'ports' && existsSync(new URL(`${room}/checks.ts`, src)),
  );
  const modules = await Promise.all(
    rooms.map(async (room) => import(new URL(`${room}/checks.ts`, src).href) as Promise<object>),
  );
  const checksIn = (value: unknown): CheckDef[] => {
    if (typeof value !== 'object' || value === null) return [];
    if ('code' in value && 'says' in value) return [value as CheckDef];
    return Object.values(value).flatMap(checksIn);
  };
  return [...new Map(modules.flatMap(checksIn).map((each) => [each.code, each])).values()];
}

const CHECKS = await catalog();

const CONFLICTS: readonly string[] = Object.values(CONFLICT_CHECKS).map(({ code }) => code);

describe('the status of an endpoint', () => {
  it('is looked up for hundreds of codes', () => {
    expect(CHECKS.length).toBeGreaterThan(200);
  });

  it.each(ENDPOINTS)('%s is one that its line of the table has, for every code', (endpoint) => {
    for (const { code, stage } of CHECKS)
      expect([code, ALLOWED[endpoint].includes(statusOf(endpoint, { code, stage }))]).toEqual([code, true]);
  });

  it('follows from fault and stage, for every code of every room', () => {
    for (const { code, stage } of CHECKS) {
      const of = ENDPOINTS.map((endpoint) => statusOf(endpoint, { code, stage }));
      const everywhere = (status: number) => ENDPOINTS.map(() => status);
      if (code.endsWith('_LIMIT')) expect([code, of]).toEqual([code, everywhere(429)]);
      else if (stage === 'unavailable') expect([code, of]).toEqual([code, everywhere(503)]);
      else if (code.endsWith('_TOO_LARGE')) expect([code, of]).toEqual([code, everywhere(413)]);
      else if (CONFLICTS.includes(code)) expect([code, of]).toEqual([code, [400, 409, 409, 409, 400]]);
      else if (code.startsWith('ERR_CHALLENGE_')) expect([code, of]).toEqual([code, everywhere(400)]);
      else if (code.startsWith('ERR_REFRESH_'))
        expect([code, of[2]]).toEqual([code, stage === 'denied' ? 403 : 401]);
      else if (stage === 'untrusted') expect([code, of]).toEqual([code, [400, 403, 401, 401, 400]]);
      else if (stage === 'denied') expect([code, of]).toEqual([code, [400, 403, 403, 403, 400]]);
      else if (stage === 'missing') expect([code, of]).toEqual([code, everywhere(400)]);
    }
  });

  const stages: readonly Stage[] = ['missing', 'malformed', 'untrusted', 'denied', 'unavailable'];
  it.each<[code: string, stage: Stage, of: readonly number[]]>([
    ['ERR_ENROLLMENT_DEVICE_ID_MALFORMED', 'malformed', [400, 400, 400, 400, 400]],
    ['ERR_ENROLLMENT_BODY_MALFORMED', 'malformed', [400, 400, 400, 400, 400]],
    ['ERR_ENROLLMENT_MEMBERS_MALFORMED', 'malformed', [400, 400, 400, 400, 400]],
    ['ERR_ENROLLMENT_BODY_TOO_LARGE', 'malformed', [413, 413, 413, 413, 413]],
    ['ERR_GUARD_BODY_UNREADABLE', 'malformed', [400, 400, 400, 400, 400]],
    ['ERR_GUARD_BODY_UNAVAILABLE', 'unavailable', [503, 503, 503, 503, 503]],
    ['ERR_CHALLENGE_EXPIRED', 'untrusted', [400, 400, 400, 400, 400]],
    ['ERR_CHALLENGE_REUSED', 'untrusted', [400, 400, 400, 400, 400]],
    ['ERR_CHALLENGE_LIMIT', 'denied', [429, 429, 429, 429, 429]],
    ['ERR_ENDPOINT_LIMIT', 'denied', [429, 429, 429, 429, 429]],
    ['ERR_APP_ATTEST_TOKEN_MISSING', 'missing', [400, 400, 400, 400, 400]],
    ['ERR_APP_ATTEST_CBOR_MALFORMED', 'malformed', [400, 403, 401, 401, 400]],
    ['ERR_APP_ATTEST_NONCE_MISMATCH', 'untrusted', [400, 403, 401, 401, 400]],
    ['ERR_APP_ATTEST_OS_VERSION_DENIED', 'denied', [400, 403, 403, 403, 400]],
    // What fails the policy of today at a refresh is healed by new evidence: sessions make it untrusted.
    ['ERR_APP_ATTEST_OS_VERSION_DENIED', 'untrusted', [400, 403, 401, 401, 400]],
    ['ERR_REFRESH_MALFORMED', 'malformed', [400, 403, 401, 401, 400]],
    ['ERR_REFRESH_REUSED', 'untrusted', [400, 403, 401, 401, 400]],
    ['ERR_ASSERTION_KEY_UNKNOWN', 'untrusted', [400, 403, 401, 401, 400]],
    ['ERR_ASSERTION_COUNTER_REUSED', 'untrusted', [400, 403, 401, 401, 400]],
    ['ERR_ENROLLMENT_LABEL_TAKEN', 'untrusted', [400, 409, 409, 409, 400]],
    ['ERR_ENROLLMENT_LABEL_TAKEN', 'denied', [400, 409, 409, 409, 400]],
    ['ERR_ENROLLMENT_KEY_TAKEN', 'untrusted', [400, 409, 409, 409, 400]],
    ['ERR_ENROLLMENT_USER_TAKEN', 'untrusted', [400, 409, 409, 409, 400]],
    ['ERR_DEVICE_RECORD_BLOCKED', 'untrusted', [400, 403, 403, 403, 400]],
    ['ERR_DEVICE_RECORD_BLOCKED', 'denied', [400, 403, 403, 403, 400]],
    ['ERR_SESSION_FAMILY_ENDED', 'untrusted', [400, 403, 401, 401, 400]],
    ['ERR_STORE_UNAVAILABLE', 'unavailable', [503, 503, 503, 503, 503]],
  ])('of %s at the stage %s', (code, stage, of) => {
    expect(ENDPOINTS.map((endpoint) => statusOf(endpoint, { code, stage }))).toEqual(of);
  });

  it('takes no code for another one that merely contains its fault', () => {
    expect(statusOf('attest', { code: 'ERR_APP_CHECK_TOKEN_LIMITED_USE_MISMATCH', stage: 'untrusted' })).toBe(
      403,
    );
    expect(statusOf('assert', { code: 'ERR_X_MISTAKEN', stage: 'untrusted' })).toBe(401);
    expect(statusOf('refresh', { code: 'ERR_X_UNBLOCKED', stage: 'untrusted' })).toBe(401);
  });

  it('is never 200 or 500, whatever the error', () => {
    for (const stage of stages)
      for (const endpoint of [...ENDPOINTS, 'jwks.json'])
        expect(statusOf(endpoint, { code: 'ERR_X', stage })).toSatisfy(
          (status: number) => status >= 400 && status !== 500,
        );
  });
});
