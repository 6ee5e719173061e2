import type { AttestationError } from '../../kernel/errors.js';
import { ConfigurationError } from '../../kernel/errors.js';
import { isFieldName, type OptionTypes } from '../../kernel/config/options.js';
import type { Refusal } from '../../ports/decision.js';
import type { Need, Statuses } from '../../ports/evidence.js';
import { isBodyTooLarge, isLimited } from './faults.js';
import { wwwAuthenticate } from './www-authenticate.js';

/** How refusals are answered. */
export interface RefusalOptions {
  /**
   * HTTP statuses by stage of failure, before those of the kind of evidence: `{ missing: 400 }`. Default: 401, and 403 for
   * `denied`. `unavailable` is always 503, a body over the cap 413.
   */
  readonly statuses?: Partial<Statuses>;
  /** The body, to be sent as JSON. Default `{}`. */
  readonly body?: Readonly<Record<string, unknown>>;
  /** Further header fields; they replace fields of the same name, such as `WWW-Authenticate`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Puts the error's code and sentence into the body. For development: it tells an attacker what to try next. Default false. */
  readonly expose?: boolean;
}

export const REFUSAL_OPTIONS: OptionTypes = {
  statuses: 'object',
  body: 'object',
  headers: 'object',
  expose: 'boolean',
};

/** The same, of guard and route together. */
export interface RefusalSettings {
  readonly statuses: Partial<Statuses>;
  /** The body for a reason that is, or is not, exposed. */
  readonly bodyFor: (error: AttestationError) => string;
  readonly headers: Readonly<Record<string, string>>;
  /** Whom a client is asked by, in `WWW-Authenticate`. */
  readonly realm: string;
}

/** In the name of a guard that has no audience. */
export const DEFAULT_REALM = 'attestkit';

/** `denied` is what no fresh evidence can meet; everything else the client can heal. */
const STATUSES: Statuses = { missing: 401, malformed: 401, untrusted: 401, denied: 403 };

const STAGES = ['missing', 'malformed', 'untrusted', 'denied'];

/** Fields that say where the body ends, or are about the connection (RFC 9110 §7.6.1), are the adapter's. */
const FRAMING =
  /^(content-length|transfer-encoding|connection|keep-alive|proxy-connection|te|trailer|upgrade|http2-settings)$/i;

/** Seconds after which to try again, if the error does not know better. */
const RETRY_AFTER = 5;

/**
 * Reads the guard's and the route's options, the route's first.
 *
 * @throws ConfigurationError naming the option
 */
export function refusalOptions(
  guard: RefusalOptions,
  route: RefusalOptions,
  realm = DEFAULT_REALM,
): RefusalSettings {
  const statuses = { ...guard.statuses, ...route.statuses };
  assertStatuses(statuses, 'statuses');
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    'cache-control': 'no-store',
  };
  for (const [name, value] of Object.entries({ ...guard.headers, ...route.headers })) {
    if (
      !isFieldName(name) ||
      FRAMING.test(name) ||
      typeof value !== 'string' ||
      !/^[\t\x20-\x7e]*$/.test(value)
    ) {
      const remedy = 'Give a field name and a value in ASCII, and none of the fields that frame the body.';
      throw new ConfigurationError('headers', 'has a field that cannot be sent', remedy);
    }
    headers[name.toLowerCase()] = value;
  }
  const body = route.body ?? guard.body ?? {};
  const expose = route.expose ?? guard.expose ?? false;
  const silent = asJson(body);
  const bodyFor = ({ code, message }: AttestationError): string =>
    expose ? JSON.stringify({ ...body, error: code, message }) : silent;
  return { statuses, bodyFor, headers, realm };
}

/**
 * Holds statuses to stages and client errors: none of them may look like success.
 *
 * @throws ConfigurationError naming `variable`
 */
export function assertStatuses(statuses: Partial<Statuses>, variable: string): void {
  for (const [stage, status] of Object.entries(statuses)) {
    if (!STAGES.includes(stage)) {
      const remedy = `Stages are ${STAGES.join(', ')}; unavailable is always 503.`;
      throw new ConfigurationError(variable, `has the stage ${stage}`, remedy);
    }
    if (!(Number.isInteger(status) && status >= 400 && status <= 499)) {
      throw new ConfigurationError(
        variable,
        'has a status that is not a client error',
        'Give a number from 400 to 499.',
      );
    }
  }
}

function asJson(body: Readonly<Record<string, unknown>>): string {
  try {
    const text: unknown = JSON.stringify(body);
    if (typeof text === 'string' && text.startsWith('{')) return text;
  } catch (cause) {
    throw new ConfigurationError('body', 'is not JSON', 'Give a plain object.', { cause });
  }
  throw new ConfigurationError('body', 'is not a JSON object', 'Give a plain object.');
}

/**
 * The answer to a refused request: its status follows from the stage of the failure alone.
 *
 * @param needs gives what the client has to bring; asked only if the client can answer
 */
export function refuse(
  error: AttestationError,
  ofKind: Partial<Statuses> | undefined,
  settings: RefusalSettings,
  needs: () => readonly Need[] = () => [{ need: 'token' }],
): Refusal {
  const { code, stage, retryAfter = RETRY_AFTER } = error;
  const { headers, realm } = settings;
  const body = settings.bodyFor(error);
  const later = { ...headers, 'retry-after': String(retryAfter) };
  if (isLimited(code)) return { status: 429, headers: later, body };
  if (stage === 'unavailable') return { status: 503, headers: later, body };
  if (isBodyTooLarge(code)) return { status: 413, headers, body };
  const status = settings.statuses[stage] ?? ofKind?.[stage] ?? STATUSES[stage];
  // RFC 9110 §15.5.2: a 401 always has a challenge.
  if (stage === 'denied' && status !== 401) return { status, headers, body };
  const asked = { 'www-authenticate': wwwAuthenticate(realm, needs()) };
  return { status, headers: { ...asked, ...headers }, body };
}
