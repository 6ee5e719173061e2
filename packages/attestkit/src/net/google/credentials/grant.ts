import type { JsonObject } from '../../../kernel/bytes/json.js';
import { readUnsignedJson } from '../../../kernel/bytes/unsigned-json.js';
import type { Answer, Question } from '../../fetch-body.js';
import { describeStatus } from '../answer.js';

/** An access token as it was issued. */
export interface Grant {
  readonly token: string;
  /** Milliseconds until it expires. */
  readonly lifetime: number;
}

/** What a source of access tokens is asked with. */
export interface GrantRequest {
  /** `https://www.googleapis.com/auth/playintegrity` */
  readonly scope: string;
  /** The clock, in milliseconds. */
  readonly now: () => number;
  /** Milliseconds that are left for all of it. */
  readonly left: () => number;
  /**
   * Asks one question within the time that is left.
   *
   * @throws FetchFailure (as a rejection)
   */
  ask(url: string, question: Question): Promise<Answer>;
}

/**
 * Where access tokens come from.
 *
 * @throws Ungranted or FetchFailure (as a rejection)
 */
export type TokenSource = (request: GrantRequest) => Promise<Grant>;

/** Why there is no access token, in words for the operator: never a credential, a URL or free text of an answer. */
export class Ungranted extends Error {
  /** `misconfigured`: the operator has to act. `unavailable`: it may work later. */
  readonly outcome: 'misconfigured' | 'unavailable';

  constructor(outcome: Ungranted['outcome'], problem: string) {
    super(problem);
    this.outcome = outcome;
  }
}

/** The grant, the client or the URL is wrong, and stays so (RFC 6749 §5.2). */
const REFUSALS: readonly number[] = [400, 401, 403, 404];

/**
 * Checks that an answer grants something.
 *
 * @param refused what is said of a refusal: who got nothing, and what to check
 * @throws Ungranted
 */
export function assertGranted(answer: Answer, refused: readonly [who: string, check: string]): void {
  const [who, check] = refused;
  if (REFUSALS.includes(answer.status))
    throw new Ungranted('misconfigured', `${who} (${describeStatus(answer)}): ${check}`);
  if (answer.status !== 200)
    throw new Ungranted('unavailable', `the answer has the ${describeStatus(answer)}`);
}

/**
 * Reads the access token of an OAuth answer (RFC 6749 §5.1, RFC 8693 §2.2.1).
 *
 * @throws Ungranted
 */
export function readGrant(answer: Answer): Grant {
  const document: JsonObject = readUnsignedJson(answer.body) ?? {};
  const { access_token: token, token_type: type, expires_in: seconds } = document;
  const isBearer = typeof type === 'string' && type.toLowerCase() === 'bearer';
  if (!isToken(token) || !isBearer || typeof seconds !== 'number' || !(seconds > 0)) throw unusable();
  return { token, lifetime: seconds * 1000 };
}

/** Whether a value can stand in an `Authorization` field. Those of Google's Security Token Service are the longest. */
export function isToken(token: unknown): token is string {
  return typeof token === 'string' && /^[\x21-\x7e]{1,16384}$/.test(token);
}

/** An answer of 200 that cannot be used. */
export function unusable(): Ungranted {
  return new Ungranted('unavailable', 'the answer has no access token that can be used');
}
