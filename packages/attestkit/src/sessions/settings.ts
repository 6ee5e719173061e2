import { ConfigurationError } from '../kernel/errors.js';
import { isJsonObject } from '../kernel/bytes/json.js';
import { assertOneOf, assertOptions, isFieldName, type OptionTypes } from '../kernel/config/options.js';
import { within } from '../kernel/config/whole-number.js';
import type { Enrolled } from '../ports/enrollment.js';
import type { AttestedRequest } from '../ports/request.js';
import { readPolicy, type DevicePolicy } from './policy.js';
import { assertPrefixLengths, type BindingTerms } from './tokens/session-binding.js';
import type { SessionKey } from './tokens/session-keys.js';

/** How soon the end of a session, a block or a replaced key takes effect on every instance. */
export type RevocationCheck = 'immediate' | 'off' | { readonly maxStaleSeconds: number };

/** A request to replace a device key, with valid evidence and without a proof by the old key. */
export interface TakenDeviceId {
  readonly deviceId: string;
  /** Of the device that has it. */
  readonly recordId: string;
  readonly enrolled: Enrolled;
  readonly request: AttestedRequest;
}

/** How sessions are issued, and what they must meet. */
export interface SessionsOptions {
  /** Life of a session token. Default 1800 (`JWT_EXPIRY_SECONDS`). */
  readonly expirySeconds?: number;
  /** Life of a session through all its refreshes. Default 2,592,000: 30 days. */
  readonly refreshLifetimeSeconds?: number;
  /** Claim `iss` of session tokens. Default none. */
  readonly issuer?: string;
  /**
   * What signs session tokens: the first one signs, all verify, by `kid`. Default `'secret'`: HS256 by keys derived from
   * the `secret` of the devices.
   */
  readonly keys?: SessionKey | readonly SessionKey[];
  /**
   * Binds a session to the network that its token was issued to (`ip`: by default a /24 of IPv4, a /48 of IPv6), so
   * that a phone that changes networks has to refresh; and to the user agent that it began with. Default neither.
   */
  readonly bind?: {
    /** Or how many bits of an address name the network: `v4`, 8 to 32, default 24; `v6`, 16 to 128, default 48. */
    readonly ip?: boolean | { readonly v4?: number | undefined; readonly v6?: number | undefined };
    readonly userAgent?: boolean;
  };
  /**
   * How soon a revocation takes effect on every instance: `immediate` asks the store with each request, `off` waits
   * until session tokens expire. Default `{ maxStaleSeconds: 5 }`.
   */
  readonly revocation?: RevocationCheck;
  /** The most live sessions of a device, 1 to 64. With one more, the one that was refreshed longest ago ends. Default 8. */
  readonly perDevice?: number;
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
   * if `Authorization` is the user's. Default `authorization`.
   */
  readonly header?: string;
  /**
   * How many verified session tokens are remembered, so that a token sent again costs no cryptography: 0 to 1,000,000; 0 for
   * none. Each takes about 3 KB. Default 5000.
   */
  readonly cache?: number;
}

/** What enrolled devices must meet. */
export interface DeviceSettings {
  /**
   * The name of this API, `https://api.example.com`: the audience that devices sign for, and claim `aud` of session
   * tokens. Required if devices have keys: App Attest, key attestation. Default none.
   */
  readonly audience?: string;
  /** Life of a challenge. Default 300 (`CHALLENGE_EXPIRY_SECONDS`). */
  readonly challengeExpirySeconds?: number;
  /**
   * How far below the highest one the counter of a late assertion may be, 0 to 64: for apps that send signed requests
   * at the same time. All instances that share a store have to agree. Default 0: strictly rising.
   */
  readonly counterWindow?: number;
  /**
   * Days after which a device with a key is forgotten if it neither refreshes, nor exchanges a proof for a session, nor
   * signs a request. Not shorter than `sessions.refreshLifetimeSeconds`. Default 400.
   */
  readonly idleDays?: number;
  /** How sessions are issued, and what they must meet. */
  readonly sessions?: SessionsOptions;
  /**
   * What is asked of every device, whatever its platform, when it enrolls and whenever a session begins or goes on;
   * beside what each kind of evidence asks. Default: nothing more.
   */
  readonly policy?: DevicePolicy;
  /**
   * The user that the request comes from, as the application knows it: asked at enrollment, refresh and `assert`, which are
   * refused if it names another user than the record's. Undefined keeps the record's user. Default: devices have no user.
   */
  readonly subject?: (request: AttestedRequest) => string | undefined | Promise<string | undefined>;
  /**
   * Whether a new key with valid evidence may replace the current key of the `device_id`, without a proof by the
   * old one: ask the user for a second factor. Asked once for a request, so it may use up a one-time code. Never asked for the device of a user whom the request does not name, a blocked
   * one, or a retired key.
   * Default: no.
   */
  readonly authorizeEnrollment?: (taken: TakenDeviceId) => boolean | Promise<boolean>;
}

const SESSIONS_OPTIONS: OptionTypes = {
  expirySeconds: 'number',
  refreshLifetimeSeconds: 'number',
  issuer: 'string',
  keys: 'any',
  bind: 'object',
  perDevice: 'number',
  retrySeconds: 'number',
  refresh: 'string',
  header: 'string',
  revocation: 'any',
  cache: 'number',
};

export const DEVICE_SETTINGS: OptionTypes = {
  audience: 'string',
  challengeExpirySeconds: 'number',
  counterWindow: 'number',
  idleDays: 'number',
  sessions: 'object',
  policy: 'object',
  subject: 'function',
  authorizeEnrollment: 'function',
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
  /** Verified tokens that are remembered. */
  readonly cache: number;
  readonly revocation: RevocationCheck;
  readonly subject: NonNullable<DeviceSettings['subject']> | undefined;
  readonly authorizeEnrollment: NonNullable<DeviceSettings['authorizeEnrollment']> | undefined;
}

/** Counters that a store remembers below the highest one. */
const MAX_WINDOW = 64;

/** Verified tokens that are remembered. */
const MAX_CACHE = 1_000_000;

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
export function readSettings(devices: DeviceSettings): Settings {
  const { challengeExpirySeconds = 300, counterWindow = 0, idleDays = 400, audience } = devices;
  within('devices.challengeExpirySeconds', challengeExpirySeconds, 1, LONGEST_SECONDS.challengeExpirySeconds);
  within('devices.counterWindow', counterWindow, 0, MAX_WINDOW);
  within('devices.idleDays', idleDays, 1, MAX_IDLE_DAYS);
  assertName('devices.audience', audience);
  const sessions = readSessions(devices.sessions);
  if (idleDays * 86_400 < sessions.refreshLifetimeSeconds) {
    const remedy = 'Give a number of days that is not shorter than a session.';
    throw new ConfigurationError('devices.idleDays', 'is below sessions.refreshLifetimeSeconds', remedy);
  }
  if (sessions.refresh === 'proof') assertAudience(audience);
  return {
    ...sessions,
    challengeExpirySeconds,
    audience,
    counterWindow,
    idleMs: idleDays * 86_400_000,
    policy: readPolicy(devices.policy),
    subject: devices.subject,
    authorizeEnrollment: devices.authorizeEnrollment,
  };
}

type OfSessions = Omit<
  Settings,
  | 'challengeExpirySeconds'
  | 'audience'
  | 'counterWindow'
  | 'idleMs'
  | 'policy'
  | 'subject'
  | 'authorizeEnrollment'
>;

function readSessions(options: SessionsOptions = {}): OfSessions {
  assertOptions(options, SESSIONS_OPTIONS, 'devices.sessions', 'devices.sessions.');
  const { expirySeconds = 1800, refreshLifetimeSeconds = 2_592_000, header = 'authorization' } = options;
  const { perDevice = 8, retrySeconds = 30, refresh = 'token', cache = 5000 } = options;
  within('devices.sessions.expirySeconds', expirySeconds, 1, LONGEST_SECONDS.expirySeconds);
  const longest = LONGEST_SECONDS.refreshLifetimeSeconds;
  within('devices.sessions.refreshLifetimeSeconds', refreshLifetimeSeconds, 1, longest);
  if (refreshLifetimeSeconds < expirySeconds) {
    const remedy = 'Give a life of the session that is not shorter than that of one token.';
    throw new ConfigurationError('devices.sessions.refreshLifetimeSeconds', 'is below expirySeconds', remedy);
  }
  within('devices.sessions.perDevice', perDevice, 1, 64);
  within('devices.sessions.retrySeconds', retrySeconds, 0, KEYLESS_RETRY_SECONDS);
  within('devices.sessions.cache', cache, 0, MAX_CACHE);
  assertOneOf('devices.sessions.refresh', refresh, ['token', 'proof']);
  if (!isFieldName(header)) {
    const remedy = 'Give a name such as x-session.';
    throw new ConfigurationError('devices.sessions.header', 'is not the name of a header field', remedy);
  }
  assertName('devices.sessions.issuer', options.issuer);
  return {
    expirySeconds,
    refreshLifetimeSeconds,
    issuer: options.issuer,
    bind: bindingTerms(options.bind),
    perDevice,
    retryMs: retrySeconds * 1000,
    keylessRetryMs: KEYLESS_RETRY_SECONDS * 1000,
    refresh,
    header: header.toLowerCase(),
    cache,
    revocation: revocationCheck(options.revocation),
  };
}

/** @throws ConfigurationError */
export function assertAudience(audience: string | undefined): asserts audience is string {
  if (audience !== undefined) return;
  const remedy = 'Name this API, as the app does when it signs: https://api.example.com.';
  throw new ConfigurationError('devices.audience', 'is not set, and devices sign for it', remedy);
}

/** Text that can stand as a line of what devices sign. */
function assertName(option: string, value: string | undefined): void {
  if (value === undefined || /^\P{Cc}+$/u.test(value)) return;
  const remedy = 'Give a name such as https://api.example.com, or leave it out.';
  throw new ConfigurationError(option, 'is empty, or has a control character', remedy);
}

function bindingTerms(bind: SessionsOptions['bind'] = {}): BindingTerms {
  assertOptions(bind, { ip: 'any', userAgent: 'boolean' }, 'devices.sessions.bind', 'devices.sessions.bind.');
  const { ip = false, userAgent = false } = bind;
  if (typeof ip === 'boolean') return { ip: ip ? {} : undefined, userAgent };
  assertPrefixLengths(ip, 'devices.sessions.bind.ip.');
  return { ip, userAgent };
}

function revocationCheck(given: unknown): RevocationCheck {
  if (given === undefined) return { maxStaleSeconds: 5 };
  if (given === 'immediate' || given === 'off') return given;
  const remedy = "Give { maxStaleSeconds } above 0 and at most 3600, or 'immediate', or 'off'.";
  if (!isJsonObject(given))
    throw new ConfigurationError('devices.sessions.revocation', 'is not one of its values', remedy);
  assertOptions(
    given,
    { maxStaleSeconds: 'number' },
    'devices.sessions.revocation',
    'devices.sessions.revocation.',
  );
  const { maxStaleSeconds } = given as { maxStaleSeconds?: number };
  if (maxStaleSeconds !== undefined && maxStaleSeconds > 0 && maxStaleSeconds <= 3600)
    return { maxStaleSeconds };
  throw new ConfigurationError('devices.sessions.revocation.maxStaleSeconds', 'is not in its bounds', remedy);
}
