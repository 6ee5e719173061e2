import type { JsonObject } from '../../kernel/bytes/json.js';
import type { JwtChecks } from '../../kernel/jose/jwt-checks.js';
import { isoTime } from '../../kernel/jose/numeric-date.js';
import type { CheckDef, CheckReport } from '../../ports/checks.js';

/**
 * Says the checks of a token for people: times as times, and what is missing if no key was given.
 *
 * @param noKey the sentence for that; undefined if there is a key
 * @param now milliseconds since the epoch
 */
export function explainToken(
  checks: readonly CheckReport[],
  defs: JwtChecks<string>,
  claims: JsonObject,
  noKey: string | undefined,
  now: number,
): readonly CheckReport[] {
  return checks.map((check) => {
    if (check.code === defs.key.code && noKey !== undefined) return { ...check, detail: noKey };
    if (check.code === defs.expired.code) return inTime(check, defs.expired, claims['exp'], now);
    if (check.code === defs.notBefore.code) return inTime(check, defs.notBefore, claims['nbf'], now);
    return check;
  });
}

/** Says a check of time in times, if the claim is one. */
function inTime(check: CheckReport, { says }: CheckDef, claim: unknown, now: number): CheckReport {
  const time = isoTime(claim);
  if (time === undefined) return check;
  const values = `the token says ${time}, and it is ${new Date(now).toISOString()}`;
  return { ...check, detail: check.ok ? values : `${says}: ${values}` };
}
