import { ConfigurationError } from '../kernel/errors.js';
import { isJsonObject } from '../kernel/bytes/json.js';
import { assertOneOf, assertOptions, isFieldName, type OptionTypes } from '../kernel/config/options.js';
import { within } from '../kernel/config/whole-number.js';
import type { Enrolled } from '../ports/enrolment.js';
import type { AttestedRequest } from '../ports/request.js';
import { readPolicy, type DevicePolicy } from './policy.js';
import { assertPrefixLengths, type BindingTerms, type IpPrefixLengths } from './tokens/session-binding.js';
import type { SessionKey } from './tokens/session-keys.js';

/** How soon the end of a session, a block or a replaced key takes effect on every instance. */
export type RevocationCheck = 'immediate' | 'off' | { readonly maxStaleSeconds: number };

/** A request to replace the key of a device, with evidence that holds and without a proof by the old key. */
export interface TakenDeviceId {
  readonly deviceId: string;
  /** Of the device that has it. */
  readonly recordId: string;
  readonly enrolled: Enrolled;
  readonly request: AttestedRequest;
}

/** How sessions are issued, and what they are held to. */
export interface SessionsOptions {
  /** Life of a session token. Default 1800 (`JWT_EXPIRY_SECONDS`). */
  readonly expirySeconds?: number;
  /** Life of a challenge. Default 300 (`CHALLENGE_EXPIRY_SECONDS`). */
  readonly challengeExpirySeconds?: number;
  /** Life of a session through all its refreshes. Default 2,592,000: 30 days. */
  readonly refreshLifetimeSeconds?: number;
  /** Claim `iss` of session tokens. Default none. */
  readonly issuer?: string;
  /**
   * The name of this API: claim `aud` of session tokens, and the audience that devices sign requests for. Default
   * none; needed where devices sign.
   */
  readonly audience?: string;
  /**
   * What signs session tokens: the first one signs, all verify, by `kid`. Default `'secret'`: HS256 by keys derived from
   * the guard's `secret`.
   */
  readonly keys?: SessionKey | readonly SessionKey[];
  /**
   * Binds a session to the network that its token was issued to (`ip`: by default a /24 of IPv4, a /48 of IPv6), so
   * that a phone that changes networks has to refresh; and to the user agent that it began with. Default neither.
   */
  readonly bind?: { readonly ip?: boolean | IpPrefixLengths; readonly userAgent?: boolean };
  /**
   * How soon a revocation takes effect on every instance: `immediate` asks the store with each request, `off` waits
   * until session tokens expire. Default `{ maxStaleSeconds: 5 }`.
   */
  readonly revocation?: RevocationCheck;
  /**
   * How far below the highest one an assertion's counter may come in late, 0 to 64: for apps that send signed requests
   * at the same time. All instances that share a store have to agree. Default 0: strictly rising.
   */
  readonly counterWindow?: number;
  /** Live sessions of a device at most; with one more, the one that was refreshed longest ago ends. 1 to 64. Default 8. */
  readonly perDevice?: number;
  /**
   * Days after which a device with a key is forgotten if it neither refreshes, nor exchanges a proof for a session, nor
   * signs a request. Not shorter than `refreshLifetimeSeconds`. Default 400.
   */
  readonly idleDays?: number;
  /**
   * Seconds in which a spent refresh token gets the same successor again, while that is unused: for answers that were
   * lost. 0 to 600. Default 30; a device without a key, which has no other credential, always has 600.
   */
  readonly retrySeconds?: number;
  /**
   * `proof`: a refresh of a device with a key carries a proof by it, `assertion` or `signature`, beside the refresh token.
   * Default `token`.
   */
  readonly refresh?: 'token' | 'proof';
  /**
   * The field that carries the session token: `authorization` with the scheme `Bearer`, or another with the bare token,
   * where `Authorization` is the user's. Default `authorization`.
   */
  readonly header?: string;
  /**
   * What is asked of every device, whatever its platform, when it enrols and whenever a session begins or goes on;
   * beside what each kind of evidence asks. Default: nothing more.
   */
  readonly policy?: DevicePolicy;
  /**
   * The user that the request comes from, as the application knows it: asked at enrolment, and at a refresh and an
   * exchange for a session, which are refused to another user. Default: devices have no user.
   */
  readonly subject?: (request: AttestedRequest) => string | undefined | Promise<string | undefined>;
  /**
   * Whether a key whose evidence holds may replace the key of the device that has the `device_id`, without a proof by the
   * old one: demand a second factor of the user. Never asked for the device of a user whom the request does not name, a blocked
   * one, or a retired key.
   * Default: no.
   */
  readonly authorizeEnrolment?: (taken: TakenDeviceId) => boolean | Promise<boolean>;
}

const SESSIONS_OPTIONS: OptionTypes = {
  expirySeconds: 'number',
  challengeExpirySeconds: 'number',
  refreshLifetimeSeconds: 'number',
  issuer: 'string',
  audience: 'string',
  keys: 'any',
  bind: 'object',
  counterWindow: 'number',
  perDevice: 'number',
  idleDays: 'number',
  retrySeconds: 'number',
  refresh: 'string',
  header: 'string',
  revocation: 'any',
  policy: 'object',
  subject: 'function',
  authorizeEnrolment: 'function',
};

/** The same, read: durations in whole seconds within bounds. */
export interface Settings {
  readonly expirySeconds: number;
  readonly challengeExpirySeconds: number;
  readonly refreshLifetimeSeconds: number;
  readonly issuer: string | undefined;
  readonly audience: string | undefined;
  readonly bind: BindingTerms;
  readonly counterWindow: number;
  readonly perDevice: number;
  readonly idleMs: number;
  readonly retryMs: number;
  readonly keylessRetryMs: number;
  readonly refresh: 'token' | 'proof';
  readonly policy: DevicePolicy;
  /** In lower case. */
  readonly header: string;
  readonly revocation: RevocationCheck;
  readonly subject: NonNullable<SessionsOptions['subject']> | undefined;
  readonly authorizeEnrolment: NonNullable<SessionsOptions['authorizeEnrolment']> | undefined;
}

/** Counters that a store remembers below the highest one. */
const MAX_WINDOW = 64;

/** Ten years. */
const MAX_IDLE_DAYS = 3650;

/** How long a device without a key may send a spent refresh token again. */
const KEYLESS_RETRY_SECONDS = 600;

/** The longest lives, in seconds: a day, an hour, and a leap year. */
export const LONGEST_SECONDS = {
  expirySeconds: 86_400,
  challengeExpirySeconds: 3600,
  refreshLifetimeSeconds: 31_622_400,
} as const;

/** @throws ConfigurationError naming the option */
export function readSettings(options: SessionsOptions): Settings {
  assertOptions(options, SESSIONS_OPTIONS, 'sessions', 'sessions.');
  const { expirySeconds = 1800, challengeExpirySeconds = 300, refreshLifetimeSeconds = 2_592_000 } = options;
  assertSeconds('expirySeconds', expirySeconds);
  assertSeconds('challengeExpirySeconds', challengeExpirySeconds);
  assertSeconds('refreshLifetimeSeconds', refreshLifetimeSeconds);
  if (refreshLifetimeSeconds < expirySeconds) {
    const remedy = 'Give a life of the session that is not shorter than that of one token.';
    throw new ConfigurationError('sessions.refreshLifetimeSeconds', 'is below expirySeconds', remedy);
  }
  const { counterWindow = 0, header = 'authorization' } = options;
  if (!(Number.isInteger(counterWindow) && counterWindow >= 0 && counterWindow <= MAX_WINDOW)) {
    const remedy = `Give a whole number from 0 to ${MAX_WINDOW}.`;
    throw new ConfigurationError(
      'sessions.counterWindow',
      'is not a number of counters in its bounds',
      remedy,
    );
  }
  const { perDevice = 8, idleDays = 400, retrySeconds = 30, refresh = 'token' } = options;
  within('sessions.perDevice', perDevice, 1, 64);
  within('sessions.idleDays', idleDays, 1, MAX_IDLE_DAYS);
  within('sessions.retrySeconds', retrySeconds, 0, KEYLESS_RETRY_SECONDS);
  assertOneOf('sessions.refresh', refresh, ['token', 'proof']);
  if (idleDays * 86_400 < refreshLifetimeSeconds) {
    const remedy = 'Give a number of days that is not shorter than a session.';
    throw new ConfigurationError('sessions.idleDays', 'is below refreshLifetimeSeconds', remedy);
  }
  if (refresh === 'proof' && options.audience === undefined) {
    const remedy = 'Name this API, as the app does when it signs: https://api.example.com.';
    throw new ConfigurationError('sessions.audience', 'is not set, and devices sign for it', remedy);
  }
  if (!isFieldName(header)) {
    const remedy = 'Give a name such as x-session.';
    throw new ConfigurationError('sessions.header', 'is not the name of a header field', remedy);
  }
  assertName('issuer', options.issuer);
  assertName('audience', options.audience);
  return {
    expirySeconds,
    challengeExpirySeconds,
    refreshLifetimeSeconds,
    issuer: options.issuer,
    audience: options.audience,
    bind: bindingTerms(options.bind),
    counterWindow,
    perDevice,
    idleMs: idleDays * 86_400_000,
    retryMs: retrySeconds * 1000,
    keylessRetryMs: KEYLESS_RETRY_SECONDS * 1000,
    refresh,
    policy: readPolicy(options.policy),
    header: header.toLowerCase(),
    revocation: revocationCheck(options.revocation),
    subject: options.subject,
    authorizeEnrolment: options.authorizeEnrolment,
  };
}

function assertSeconds(option: keyof typeof LONGEST_SECONDS, value: number): void {
  const most = LONGEST_SECONDS[option];
  if (Number.isInteger(value) && value >= 1 && value <= most) return;
  const remedy = `Give a whole number from 1 to ${most}.`;
  throw new ConfigurationError(`sessions.${option}`, 'is not a number of seconds in its bounds', remedy);
}

/** Text that can stand as a line of what devices sign. */
function assertName(option: string, value: string | undefined): void {
  if (value === undefined || /^\P{Cc}+$/u.test(value)) return;
  const remedy = 'Give a name such as https://api.example.com, or leave it out.';
  throw new ConfigurationError(`sessions.${option}`, 'is empty, or has a control character', remedy);
}

function bindingTerms(bind: SessionsOptions['bind'] = {}): BindingTerms {
  assertOptions(bind, { ip: 'any', userAgent: 'boolean' }, 'sessions.bind', 'sessions.bind.');
  const { ip = false, userAgent = false } = bind;
  if (typeof ip === 'boolean') return { ip: ip ? {} : undefined, userAgent };
  assertPrefixLengths(ip, 'sessions.bind.ip.');
  return { ip, userAgent };
}

function revocationCheck(given: unknown): RevocationCheck {
  if (given === undefined) return { maxStaleSeconds: 5 };
  if (given === 'immediate' || given === 'off') return given;
  const remedy = "Give { maxStaleSeconds } above 0 and at most 3600, or 'immediate', or 'off'.";
  if (!isJsonObject(given))
    throw new ConfigurationError('sessions.revocation', 'is none of its values', remedy);
  assertOptions(given, { maxStaleSeconds: 'number' }, 'sessions.revocation', 'sessions.revocation.');
  const { maxStaleSeconds } = given as { maxStaleSeconds?: number };
  if (maxStaleSeconds !== undefined && maxStaleSeconds > 0 && maxStaleSeconds <= 3600)
    return { maxStaleSeconds };
  throw new ConfigurationError('sessions.revocation.maxStaleSeconds', 'is not in its bounds', remedy);
}
