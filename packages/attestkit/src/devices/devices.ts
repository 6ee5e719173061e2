import {
  Endpoints,
  enrollmentLimits,
  givesTurns,
  readLimits,
  tokenBuckets,
  Turns,
  watchedStore,
  type Limiter,
  type LimitOptions,
} from '../endpoints/internal.js';
import { quietly, usedAsText } from '../guard/internal.js';
import { assertOptions, type OptionTypes } from '../kernel/config/options.js';
import type { Devices, SecretUse } from '../ports/devices.js';
import type { EnrollmentEvidence } from '../ports/enrollment.js';
import type { GuardEvent } from '../ports/events.js';
import type { Store } from '../ports/store.js';
import {
  createSessions,
  DEVICE_SETTINGS,
  sessionEvidence,
  signedRequestEvidence,
  toldControl,
  isStore,
  type DeviceSettings,
} from '../sessions/internal.js';

/** How devices enroll, get sessions and sign requests. */
export interface DevicesOptions extends DeviceSettings {
  /** The kinds of evidence that devices enroll with: `[appAttest({ … })]`. */
  readonly evidence: readonly EnrollmentEvidence[];
  /**
   * The secret for all that the server issues to itself: challenges, refresh tokens, session tokens. Random text of at least 32
   * bytes (`JWT_SECRET`), or several: the first signs, all verify. Words, placeholders, published secrets and those of
   * other evidence are refused.
   */
  readonly secret: string | readonly string[] | undefined;
  /** Keeps the state: `memoryStore()`, or a store that all instances share. */
  readonly store: Store;
  /**
   * Keys the hashes of addresses, user agents and device ids, in events and in what sessions are bound to, so that they
   * stay when `secret` changes. Text as of `secret`, and another one (`ATTESTKIT_HASH_KEY`). Default: derived from the first
   * secret.
   */
  readonly hashKey?: string;
  /** Allows the published example secrets, for examples on the loopback interface. Default: by `NODE_ENV`. */
  readonly allowPublishedSecret?: boolean;
  /**
   * Says whether an address or a device may ask once more, instead of the buckets `addressPerMinute` and `devicePerMinute` of
   * `limits`. Default: those.
   */
  readonly limiter?: Limiter;
  /** How often addresses and devices may ask, cost a call to another service, and enroll. */
  readonly limits?: LimitOptions;
}

/** The names and types of the options. */
export const DEVICES_OPTIONS: OptionTypes = {
  ...DEVICE_SETTINGS,
  evidence: 'list',
  secret: 'any',
  store: 'any',
  hashKey: 'string',
  allowPublishedSecret: 'boolean',
  limiter: 'function',
  limits: 'object',
};

const HASHES_CHANGE =
  'is not set: the hashes in events, and what sessions are bound to, change when the first secret changes';

/** The most enrollments under way at once, and the most other requests beside them; more get 503. */
const MAX_CONCURRENT = 64;

/** The event loop is the process's, so all its guards share the turns. The pool of each admits far fewer. */
const turns = new Turns(1024);

/**
 * Devices that enroll, get sessions and sign requests, for the option `devices` of a guard. It brings the kinds of evidence
 * `session` and `signedRequest` with it, and the endpoints that adapters mount by `deviceEndpoints`.
 *
 * @throws ConfigurationError naming the option, at once for misspelt ones, and when the guard is made
 * @example
 * const guard = createGuard({
 *   devices: devices({
 *     evidence: [appAttest({ appIds: ['TEAMID1234.com.example.app'] })],
 *     secret: process.env.JWT_SECRET,
 *     store: redisStore(fromIoredis(client)),
 *     audience: 'https://api.example.com',
 *   }),
 * });
 */
export function devices(options: DevicesOptions): Devices {
  assertOptions(options, DEVICES_OPTIONS, 'devices', 'devices.');
  return {
    connect: ({ now, onEvent, requestId }) => {
      const { evidence = [], secret, hashKey, store, allowPublishedSecret, limiter } = options;
      const tell = (event: GuardEvent): void => quietly(() => onEvent?.(event));
      const limits = readLimits(options.limits);
      const sessions = createSessions({
        secret,
        hashKey,
        store: onEvent === undefined || !isStore(store) ? store : watchedStore(store, now, tell),
        enrollment: evidence,
        limits: enrollmentLimits(limits, now),
        turn: givesTurns() ? () => turns.take() : undefined,
        options,
        allowPublishedSecret,
        now,
      });
      const { context, control, pseudonym } = sessions;
      const { audience } = context.settings;
      const endpoints = new Endpoints({
        sessions,
        limiter: limiter ?? tokenBuckets(limits, now),
        maxConcurrent: MAX_CONCURRENT,
        onEvent,
        requestId,
      });
      if (onEvent !== undefined) for (const each of withCompanions(evidence)) each.watch?.(onEvent);
      if (hashKey === undefined)
        tell({ type: 'configuration', at: now(), option: 'devices.hashKey', says: HASHES_CHANGE });
      return {
        evidence: [
          sessionEvidence(context, audience !== undefined),
          ...(audience === undefined ? [] : [signedRequestEvidence(context, audience)]),
        ],
        realm: audience,
        control: onEvent === undefined ? control : toldControl(control, now, tell),
        store: context.store,
        secretUses: secretUses(options),
        pseudonym,
        answer: (request, path) => endpoints.answer(request, path),
        counters: () => endpoints.counters().flatMap((each) => each.read()),
      };
    },
  };
}

function secretUses({ evidence = [], secret, hashKey }: DevicesOptions): readonly SecretUse[] {
  return [
    ...withCompanions(evidence).map((each) => ({
      option: `devices.evidence (${each.kind})`,
      digests: each.secretDigests?.() ?? [],
    })),
    usedAsText('devices.secret', [secret ?? []].flat()),
    usedAsText('devices.hashKey', hashKey === undefined ? [] : [hashKey]),
  ];
}

/** The kinds, and those that come beside them. */
function withCompanions(evidence: readonly EnrollmentEvidence[]): readonly EnrollmentEvidence[] {
  return evidence.flatMap((each) =>
    each.companion === undefined ? [each] : [each, each.companion.evidence],
  );
}
