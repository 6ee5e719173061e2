import { ConfigurationError } from '../kernel/errors.js';
import type { OptionTypes } from '../kernel/config/options.js';
import type { EnrolmentEvidence } from '../ports/enrolment.js';
import type { EndpointEvent } from '../ports/events.js';
import type { Store } from '../ports/store.js';
import { createSessions, type Sessions, type SessionsOptions } from '../sessions/internal.js';
import { Endpoints } from './endpoints.js';
import { tokenBuckets, type Limiter } from './rate-limiter.js';
import { enrolmentLimits, readLimits, type LimitOptions } from './limits.js';
import { Turns } from './turns.js';

/** How devices enrol and get sessions; a guard without `enrolment` has neither. */
export interface EnrolmentOptions {
  /** The kinds of evidence that devices enrol with: `[appAttest({ … })]`. */
  readonly enrolment?: readonly EnrolmentEvidence[];
  /**
   * What the server authenticates to itself with: challenges, refresh tokens, session tokens. Random text of at least 32
   * bytes (`JWT_SECRET`), or several: the first signs, all verify. Words, placeholders, published secrets and those of
   * other evidence are refused.
   */
  readonly secret?: string | readonly string[];
  /**
   * Keys the hashes of addresses, user agents and device ids, in events and in what sessions are bound to, so that they
   * stay when `secret` changes. Text as of `secret`, and another one (`ATTESTKIT_HASH_KEY`). Default: derived from the first
   * secret.
   */
  readonly hashKey?: string;
  /** Allows the published example secrets, for examples on the loopback interface. Default: by `NODE_ENV`. */
  readonly allowPublishedSecret?: boolean;
  /** Where state is kept: `memoryStore()`, or one that all instances share. */
  readonly store?: Store;
  readonly sessions?: SessionsOptions;
  /**
   * Says whether an address or a device may ask once more, in place of the buckets `addressPerMinute` and `devicePerMinute` of
   * `limits`. Default: those.
   */
  readonly limiter?: Limiter;
  /** How often addresses and devices may ask, cost a call to another service, and enrol. */
  readonly limits?: LimitOptions;
  /** Called with each use of an endpoint: for a log. What it throws changes nothing. */
  readonly onEvent?: (event: EndpointEvent) => void;
}

export const ENROLMENT_OPTIONS: OptionTypes = {
  enrolment: 'list',
  secret: 'any',
  hashKey: 'string',
  allowPublishedSecret: 'boolean',
  store: 'any',
  sessions: 'object',
  limiter: 'function',
  limits: 'object',
  onEvent: 'function',
};

/** Enrolments that are under way at once at most, and other requests beside them; more are told to try again. */
const MAX_CONCURRENT = 64;

/** The event loop is the process's, so all its guards share the turns. The pool of each admits far fewer. */
const turns = new Turns(1024);

/** @throws ConfigurationError naming the option */
export function createEnrolment(
  options: EnrolmentOptions,
  now: () => number,
): { readonly sessions: Sessions; readonly endpoints: Endpoints } | undefined {
  const { enrolment, secret, hashKey, store, allowPublishedSecret, onEvent } = options;
  if (enrolment === undefined) {
    const [without] = Object.keys(ENROLMENT_OPTIONS).filter((name) => name in options);
    if (without === undefined) return undefined;
    const remedy = 'Give the kinds of evidence that devices enrol with: enrolment: [appAttest({ … })].';
    throw new ConfigurationError(without, 'is for enrolment, and there is none', remedy);
  }
  const numbers = readLimits(options.limits);
  const sessions = createSessions({
    secret,
    hashKey,
    store,
    enrolment,
    limits: enrolmentLimits(numbers, now),
    turn: () => turns.take(),
    options: options.sessions ?? {},
    allowPublishedSecret,
    now,
  });
  const limiter = options.limiter ?? tokenBuckets(numbers, now);
  return {
    sessions,
    endpoints: new Endpoints({ sessions, limiter, maxConcurrent: MAX_CONCURRENT, onEvent }),
  };
}
