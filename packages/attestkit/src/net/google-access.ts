import { signJws } from '../kernel/sign-jws.js';
import type { JsonObject } from '../kernel/json.js';
import { readUnsignedJson } from '../kernel/unsigned-json.js';
import type { GoogleFailure } from '../ports/google.js';
import { fetchBody, FetchFailure, type Answer, type FetchLimits } from './fetch-body.js';
import type { ServiceAccount } from './google-account.js';
import { describeStatus, MAX_ERROR_BYTES } from './google-answer.js';

/** Seconds that Google allows an assertion, and the access token that it gives for one. */
const LIFETIME = 3600;

/** Milliseconds before its end from which an access token is not used any more: for clocks, and calls under way. */
const MARGIN = 60_000;

/** Milliseconds without another attempt after one that failed: the account does not get better by asking. */
const COOLDOWN = 10_000;

/** Bytes of an answer with a token. */
const MAX_BYTES = 16_384;

/** The grant, the client or the URL is wrong, and stays so (RFC 6749 §5.2). */
const REFUSALS: readonly number[] = [400, 401, 403, 404];

/** An access token, or why there is none. */
export type Access = { readonly outcome: 'access'; readonly token: string } | Outage;

/** A failure that is none of the client's doing. */
export type Outage = Exclude<GoogleFailure, { readonly outcome: 'invalid' }>;

export interface AccessSettings extends Pick<FetchLimits, 'timeoutMs'> {
  readonly account: ServiceAccount;
  /** `https://www.googleapis.com/auth/playintegrity` */
  readonly scope: string;
  readonly fetch: typeof globalThis.fetch | undefined;
  /** The clock, in milliseconds. */
  readonly now: () => number;
}

/** Access tokens for one scope: a signed assertion is exchanged for one (RFC 7523 §2.1), which is kept while it lasts. */
export class AccessTokens {
  readonly #settings: AccessSettings;
  #access: Access | undefined;
  #until = 0;
  #flight: Promise<Access> | undefined;

  constructor(settings: AccessSettings) {
    this.#settings = settings;
  }

  /** One flight at a time, which all share. Never rejects. */
  current(): Access | Promise<Access> {
    const kept = this.#kept();
    if (kept !== undefined) return kept;
    this.#flight ??= this.#fly().finally(() => {
      this.#flight = undefined;
    });
    return this.#flight;
  }

  /**
   * Forgets a token that was refused.
   *
   * @param problem of one that was new: another would be refused too, and none is asked for in a while
   */
  drop(token: string, problem?: string): void {
    if (this.#access?.outcome !== 'access' || this.#access.token !== token) return;
    this.#access = undefined;
    if (problem !== undefined) this.#keep({ outcome: 'misconfigured', problem }, COOLDOWN);
  }

  /** What is kept and not over; nothing where the clock fails, or was set back so that more is left than can be. */
  #kept(): Access | undefined {
    try {
      const left = this.#until - this.#settings.now();
      return left > 0 && left <= LIFETIME * 1000 ? this.#access : undefined;
    } catch {
      return undefined;
    }
  }

  #keep(access: Access, lifetime: number): void {
    try {
      this.#until = this.#settings.now() + lifetime;
      this.#access = access;
    } catch {
      // A clock that fails: nobody could tell when it is over.
      this.#access = undefined;
    }
  }

  async #fly(): Promise<Access> {
    const { access, lifetime } = await this.#ask();
    this.#keep(access, lifetime);
    return access;
  }

  async #ask(): Promise<{ access: Access; lifetime: number }> {
    try {
      const { account, timeoutMs, fetch = globalThis.fetch } = this.#settings;
      const body = new URLSearchParams({
        grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
        assertion: this.#assertion(),
      }).toString();
      const headers = { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' };
      const limits = { fetch, timeoutMs, maxBytes: MAX_BYTES, maxErrorBytes: MAX_ERROR_BYTES };
      return read(await fetchBody(account.tokenUrl, { method: 'POST', headers, body }, limits));
    } catch (error) {
      return unavailable(error instanceof FetchFailure ? error.message : 'the request failed');
    }
  }

  /** Without `sub`, which would ask for the rights of another account. */
  #assertion(): string {
    const { account, scope, now } = this.#settings;
    const iat = Math.floor(now() / 1000);
    const claims = { iss: account.email, scope, aud: account.audience, iat, exp: iat + LIFETIME };
    const header = { typ: 'JWT', ...(account.keyId !== undefined && { kid: account.keyId }) };
    return signJws({ algorithm: 'RS256', key: account.key }, header, claims);
  }
}

function read(response: Answer): { access: Access; lifetime: number } {
  if (REFUSALS.includes(response.status)) {
    const problem = `the service account got no access token (${describeStatus(response)}): check key and clock`;
    return { access: { outcome: 'misconfigured', problem }, lifetime: COOLDOWN };
  }
  if (response.status !== 200) return unavailable(`the answer has the ${describeStatus(response)}`);
  const answer: JsonObject = readUnsignedJson(response.body) ?? {};
  const { access_token: token, token_type: type, expires_in: seconds } = answer;
  const isToken = typeof token === 'string' && /^[\x21-\x7e]{1,4096}$/.test(token);
  const isBearer = typeof type === 'string' && type.toLowerCase() === 'bearer';
  if (!isToken || !isBearer || typeof seconds !== 'number' || !(seconds > 0))
    return unavailable('the answer has no access token that can be used');
  const lifetime = Math.min(seconds, LIFETIME) * 1000;
  // A short one is used for half its time.
  return { access: { outcome: 'access', token }, lifetime: Math.max(lifetime - MARGIN, lifetime / 2) };
}

function unavailable(reason: string): { access: Access; lifetime: number } {
  const problem = `no access token: ${reason}`;
  return { access: { outcome: 'unavailable', problem, retryAfter: COOLDOWN / 1000 }, lifetime: COOLDOWN };
}
