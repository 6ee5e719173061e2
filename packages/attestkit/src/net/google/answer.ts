import { isJsonObject } from '../../kernel/bytes/json.js';
import { readUnsignedJson } from '../../kernel/bytes/unsigned-json.js';
import type { GoogleFailure } from '../../ports/google.js';
import type { Answer } from '../fetch-body.js';

/** Bytes of an error that are read: Google's have one or two KiB. */
export const MAX_ERROR_BYTES = 8192;

/** How deep Google's answers may be nested: they are some 5 deep, and grow. */
export const MAX_DEPTH = 16;

/** Seconds without another question after a failure, if the answer says none. */
export const COOLDOWN = 30;

/** The longest `Retry-After` that is believed, in seconds: whether the service is back is tried at least so often. */
const LONGEST_WAIT = 60;

/** Statuses for which this server's account, its role, the API's project or the app's name are the reason. */
const OPERATORS: readonly number[] = [401, 403, 404];

/** What a status other than 200 means (google.rpc.Code, its mapping to HTTP). */
export function failureOf(answer: Answer, invalid: readonly number[]): GoogleFailure {
  const { status, headers } = answer;
  if (invalid.includes(status)) return { outcome: 'invalid' };
  const problem = `the answer has the ${describeStatus(answer)}`;
  if (OPERATORS.includes(status)) return { outcome: 'misconfigured', problem };
  const outcome = status === 429 ? 'throttled' : 'unavailable';
  return { outcome, problem, retryAfter: retryAfter(headers) ?? COOLDOWN };
}

/** The errors of an OAuth answer (RFC 6749 §5.2, RFC 8693 §2.2.2). */
const OAUTH_ERRORS: readonly unknown[] = [
  'invalid_client',
  'invalid_grant',
  'invalid_request',
  'invalid_scope',
  'invalid_target',
  'unauthorized_client',
  'unsupported_grant_type',
];

/**
 * The status of an answer, with the constants by which Google names the reason (google.rpc.Status, its `ErrorInfo`; an
 * OAuth error): `HTTP status 403 (PERMISSION_DENIED, SERVICE_DISABLED)`. Nothing else of an answer is ever repeated.
 */
export function describeStatus({ status, body }: Answer): string {
  const { error } = readUnsignedJson(body, MAX_DEPTH) ?? {};
  const { status: code, details } = isJsonObject(error) ? error : {};
  const reasons = Array.isArray(details)
    ? details.map((detail: unknown) => (isJsonObject(detail) ? detail['reason'] : undefined))
    : [];
  const oauth = OAUTH_ERRORS.includes(error) ? [error] : [];
  const names = new Set([...[code, ...reasons].filter(isConstant), ...oauth]);
  return names.size === 0 ? `HTTP status ${status}` : `HTTP status ${status} (${[...names].join(', ')})`;
}

function isConstant(value: unknown): value is string {
  return typeof value === 'string' && /^[A-Z_]{1,64}$/.test(value);
}

/** Seconds, at least one; undefined if the field is absent or not a number (RFC 9110 §10.2.3). */
function retryAfter(headers: Headers): number | undefined {
  const text = headers.get('retry-after') ?? '';
  return /^\d{1,9}$/.test(text) ? Math.min(Math.max(1, Number(text)), LONGEST_WAIT) : undefined;
}
