import type { Checks } from '../../ports/checks.js';
import type { FixedKeySource, KeySource, VerificationKey } from '../../ports/keys.js';
import { BoundedCache } from '../bounded-cache.js';
import { freezeJson, type JsonObject } from '../bytes/json.js';
import { ConfigurationError } from '../errors.js';
import { enforcing } from '../sinks.js';
import { KnownHeaders, parseJws, verifyJws, type HeaderExpectations, type ParsedJws } from './jws.js';
import type { JwtChecks } from './jwt-checks.js';

/** What a verified token comes to: its claims as signed, and what the kind makes of them. */
interface OfClaims {
  readonly claims: JsonObject;
}

/** How tokens of one kind are verified, by one verifier. */
export interface TokenRules<Result extends OfClaims, Keys extends KeySource = KeySource> {
  readonly checks: JwtChecks<string>;
  /** Media types of the header; see `HeaderExpectations`. */
  readonly types: HeaderExpectations['types'];
  readonly keys: Keys;
  /** Gives claims their types, before they are checked. */
  readonly resultOf: (claims: JsonObject) => Result;
  /** What has to hold of the claims at `now`, milliseconds since the epoch: asked on every use. */
  readonly appraise: (claims: JsonObject, now: number, checks: Checks) => void;
  /** What holds for ever if it holds once: asked of a token that is not remembered. */
  readonly appraiseOnce?: (claims: JsonObject, checks: Checks) => void;
}

/** A promise only if keys have to be fetched. */
export type Verified<Result, Keys extends KeySource> = Keys extends FixedKeySource
  ? Result
  : Result | Promise<Result>;

/**
 * Verifies one token, or inspects it: header, key, signature, claims.
 *
 * @param read called with what could be read, before it is checked
 * @throws AttestationError (or rejects with it) at the first check that does not hold, with the sink that throws
 */
export function appraiseToken<Result extends OfClaims, Keys extends KeySource>(
  token: string,
  rules: TokenRules<Result, Keys>,
  now: number,
  checks: Checks,
  read?: (partial: Result) => void,
): Verified<Result, Keys> {
  const jws = parseJws(token, headerOf(rules), rules.checks, checks);
  const keys = rules.keys.candidates(jws.kid, jws.algorithm);
  const verified =
    'then' in keys
      ? keys.then((fetched) => appraiseParsed(jws, fetched, rules, now, checks, read).result)
      : appraiseParsed(jws, keys, rules, now, checks, read).result;
  return verified as Verified<Result, Keys>;
}

/**
 * Verifies token after token, with a memory of those that verified. Only the result of the signature check is remembered: on each
 * use the claims are checked again, and that the key is still one of the source's.
 */
export class TokenVerifier<Result extends OfClaims, Keys extends KeySource = KeySource> {
  readonly #rules: TokenRules<Result, Keys>;
  readonly #header: HeaderExpectations;
  readonly #headers = new KnownHeaders();
  readonly #memory: TokenMemory<Result> | undefined;

  /**
   * @param capacity how many verified tokens are remembered; 0 for none
   * @throws ConfigurationError naming `cache`
   */
  constructor(rules: TokenRules<Result, Keys>, capacity: number) {
    if (!Number.isInteger(capacity) || capacity < 0)
      throw new ConfigurationError('cache', 'is not a number of tokens', 'Give a whole number; 0 for none.');
    this.#rules = rules;
    this.#header = headerOf(rules);
    this.#memory = capacity === 0 ? undefined : new TokenMemory(capacity);
  }

  /** Whether a token has a header that came with a good signature before. */
  knowsHeaderOf(token: string): boolean {
    return this.#headers.find(token) !== undefined;
  }

  /**
   * @param now milliseconds since the epoch
   * @returns frozen, if tokens are remembered: requests with the same token share it
   * @throws AttestationError (or rejects with it) at the first check that does not hold
   */
  verify(token: string, now: number): Verified<Result, Keys> {
    const rules = this.#rules;
    const known = this.#memory?.find(token);
    if (known !== undefined && rules.keys.includes(known.key)) {
      rules.appraise(known.result.claims, now, enforcing);
      return known.result as Verified<Result, Keys>;
    }
    const jws = parseJws(token, this.#header, rules.checks, enforcing, this.#headers);
    const keys = rules.keys.candidates(jws.kid, jws.algorithm);
    const verified =
      'then' in keys
        ? keys.then((fetched) => this.#verifyWith(fetched, token, jws, now))
        : this.#verifyWith(keys, token, jws, now);
    return verified as Verified<Result, Keys>;
  }

  #verifyWith(keys: readonly VerificationKey[], token: string, jws: ParsedJws, now: number): Result {
    const { result, key } = appraiseParsed(jws, keys, this.#rules, now, enforcing);
    this.#headers.remember(jws);
    this.#memory?.note(token, result, key as VerificationKey);
    return result;
  }
}

/** What a header has to say, before anything else of a token is looked at. */
function headerOf({ types, keys }: Pick<TokenRules<OfClaims>, 'types' | 'keys'>): HeaderExpectations {
  return { algorithms: keys.algorithms, types };
}

/** The signature by one of the keys, then the claims. */
function appraiseParsed<Result extends OfClaims>(
  jws: ParsedJws,
  keys: readonly VerificationKey[],
  rules: TokenRules<Result>,
  now: number,
  checks: Checks,
  read?: (partial: Result) => void,
): { readonly result: Result; readonly key: VerificationKey | undefined } {
  const { claims, key } = verifyJws(jws, keys, rules.checks, checks);
  const result = rules.resultOf(claims);
  read?.(result);
  rules.appraise(claims, now, checks);
  rules.appraiseOnce?.(claims, checks);
  return { result, key };
}

/** A token that verified, whole: what is found by its end is compared with it. */
interface Remembered<Result> {
  readonly token: string;
  readonly result: Result;
  readonly key: VerificationKey;
}

/** Of a signature: 72 bits. One character more, and the engine would keep the whole token for it. */
const END = 12;

/**
 * Tokens that verified, from their second use on: most come once, and to keep those costs more than to verify them. They are
 * found by the end of their signature, so that nothing has to walk through the whole text of a new one.
 */
class TokenMemory<Result> {
  readonly #sightings: Sightings;
  readonly #tokens: BoundedCache<Remembered<Result>>;

  constructor(capacity: number) {
    this.#sightings = new Sightings(capacity);
    this.#tokens = new BoundedCache(capacity);
  }

  find(token: string): Remembered<Result> | undefined {
    if (typeof token !== 'string') return undefined;
    const known = this.#tokens.get(token.slice(-END));
    return known?.token === token ? known : undefined;
  }

  note(token: string, result: Result, key: VerificationKey): void {
    // Also if it is not shared yet, so that a handler that changes it fails at its first request.
    freezeJson(result);
    if (this.#sightings.note(token)) this.#tokens.set(token.slice(-END), { token, result, key });
  }
}

/**
 * Which tokens came before, in a table that never grows: each has one slot, by the end of its signature, and the next one there
 * takes its place. A token that was forgotten is verified once more. Four slots for each token that is remembered, at most 4 MiB.
 */
class Sightings {
  readonly #slots: Int32Array;

  constructor(capacity: number) {
    this.#slots = new Int32Array(2 ** Math.min(20, Math.ceil(Math.log2(capacity * 4))));
  }

  /** Whether the token is the one that came last at its slot. */
  note(token: string): boolean {
    let mark = 0x811c9dc5;
    for (let at = token.length - END; at < token.length; at += 1)
      mark = Math.imul(mark ^ token.charCodeAt(at), 0x01000193);
    const slot = (mark >>> 8) & (this.#slots.length - 1);
    if (this.#slots[slot] === mark) return true;
    this.#slots[slot] = mark;
    return false;
  }
}
