import type { AttestationError } from '../kernel/errors.js';
import { ConfigurationError } from '../kernel/errors.js';
import type { Refusal } from '../ports/decision.js';
import type { Statuses } from '../ports/evidence.js';

/** How refusals are answered. */
export interface RefusalOptions {
  /** HTTP statuses by stage of failure, before those of the kind of evidence: `{ missing: 400 }`. `unavailable` is always 503. */
  readonly statuses?: Partial<Statuses>;
  /** The body, to be sent as JSON. Default `{}`. */
  readonly body?: Readonly<Record<string, unknown>>;
  /** Further header fields. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Puts the error's code and sentence into the body. For development: it tells an attacker what to try next. Default false. */
  readonly expose?: boolean;
}

/** The same, of guard and route together. */
export interface RefusalSettings {
  readonly statuses: Partial<Statuses>;
  readonly body: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly expose: boolean;
}

const STAGES = ['missing', 'malformed', 'untrusted', 'denied'];

/** Seconds after which to try again, where the error does not know better. */
const RETRY_AFTER = 5;

/**
 * Reads the guard's and the route's options, the route's first.
 *
 * @throws ConfigurationError naming the option
 */
export function refusalOptions(guard: RefusalOptions, route: RefusalOptions): RefusalSettings {
  const statuses = { ...guard.statuses, ...route.statuses };
  for (const [stage, status] of Object.entries(statuses)) {
    if (!STAGES.includes(stage))
      throw new ConfigurationError(
        'statuses',
        `has the stage ${stage}`,
        `Stages are ${STAGES.join(', ')}; unavailable is always 503.`,
      );
    if (!(Number.isInteger(status) && status >= 400 && status <= 499)) {
      throw new ConfigurationError(
        'statuses',
        'has a status that is no client error',
        'Give a number from 400 to 499.',
      );
    }
  }
  const headers: Record<string, string> = { 'content-type': 'application/json' };
  for (const [name, value] of Object.entries({ ...guard.headers, ...route.headers })) {
    if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name) || !/^[\t\x20-\x7e]*$/.test(value)) {
      throw new ConfigurationError(
        'headers',
        'has a field that cannot be sent',
        'Give a field name and a value in ASCII.',
      );
    }
    headers[name.toLowerCase()] = value;
  }
  return {
    statuses,
    body: route.body ?? guard.body ?? {},
    headers,
    expose: route.expose ?? guard.expose ?? false,
  };
}

/** The answer to a refused request: its status follows from the stage of the failure alone. */
export function refuse(error: AttestationError, ofKind: Statuses, settings: RefusalSettings): Refusal {
  const { code, stage, message } = error;
  const status = stage === 'unavailable' ? 503 : (settings.statuses[stage] ?? ofKind[stage]);
  const headers =
    stage === 'unavailable'
      ? { ...settings.headers, 'retry-after': String(error.retryAfter ?? RETRY_AFTER) }
      : settings.headers;
  const body = settings.expose ? { ...settings.body, error: code, message } : settings.body;
  return { status, headers, body: JSON.stringify(body) };
}
