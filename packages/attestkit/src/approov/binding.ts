import { createHash, timingSafeEqual } from 'node:crypto';
import { decodeBase64 } from '../kernel/bytes/base64.js';
import { AttestationError, ConfigurationError } from '../kernel/errors.js';
import {
  assertOneOf,
  assertOptions,
  isFieldName,
  withoutUndefined,
  type OptionTypes,
} from '../kernel/config/options.js';
import { enforcing } from '../kernel/sinks.js';
import type { Checks } from '../ports/checks.js';
import type { Enforcement } from '../ports/decision.js';
import type { AttestedRequest } from '../ports/request.js';
import { formMistake, valueMistake } from './binding-mistakes.js';
import { BINDING_CHECKS as CHECKS } from './checks.js';
import type { ApproovResult } from './result.js';

/** What a route's tokens are bound to, and how strictly. */
export interface BindingOptions {
  /**
   * The header whose value the app binds, or several in the app's order, concatenated without a separator, so that
   * `ab` + `c` and `a` + `bc` are the same to it: bind values of fixed length or shape.
   * Default `authorization`.
   */
  readonly headers?: string | readonly string[];
  /** `whole`: the value as sent. `credential`: what follows the scheme (`Bearer `). Default `whole`. */
  readonly part?: 'whole' | 'credential';
  /** Instead of headers: the bytes that the app bound (`setDataHashInToken`), undefined if the request does not have them. */
  readonly data?: (request: AttestedRequest) => Uint8Array | undefined;
  /** `if-present` lets tokens of Approov's failover pass, which have no claim `pay`; each is counted. Default `required`. */
  readonly policy?: 'required' | 'if-present';
  /** `report` lets a failed binding pass with `bound: false`. Default: the route's. */
  readonly enforcement?: Enforcement;
}

/** A route's `binding`: `true` for the account's settings, or the header(s), or all settings. */
export type Binding = boolean | string | readonly string[] | BindingOptions;

/** A binding's settings, read and ready. */
export interface BindingDemand {
  readonly data: (request: AttestedRequest) => Uint8Array | undefined;
  /** The names of the headers whose values `data` gives, in lower case; none if the application gives them. */
  readonly headers: readonly string[];
  readonly policy: 'required' | 'if-present';
  readonly enforcement: Enforcement | undefined;
}

/**
 * Verifies that a genuine token is bound to `data`: claim `pay` is base64(SHA-256(data)).
 *
 * @param data the bytes as they were on the wire; undefined if the request does not have them
 * @returns the same result with `bound: true`
 * @throws AttestationError with an `ERR_APPROOV_BINDING_…` code
 * @example
 * verifyApproovBinding(result, request.headers.authorization); // the result of verifyApproovToken
 */
export function verifyApproovBinding(result: ApproovResult, data: Uint8Array | undefined): ApproovResult {
  appraiseBinding(result.claims['pay'], data, enforcing);
  return Object.freeze({ ...result, bound: true });
}

/** The straight line, for either sink. */
export function appraiseBinding(pay: unknown, data: Uint8Array | undefined, checks: Checks): void {
  checks.holds(CHECKS.headerPresent, data !== undefined && data.length > 0);
  checks.holds(CHECKS.claimPresent, pay !== undefined);
  const digest = typeof pay === 'string' ? decodeBase64(pay) : undefined;
  const isDigest = digest?.length === 32;
  checks.holds(CHECKS.claimDigest, isDigest, pay, undefined, isDigest ? undefined : formMistake(pay, data));
  const actual = createHash('sha256')
    .update(data ?? new Uint8Array())
    .digest();
  const isBound = isDigest && timingSafeEqual(digest, actual);
  const mistake = isBound || !isDigest ? undefined : valueMistake(digest, data);
  checks.holds(CHECKS.matches, isBound, pay, actual.toString('base64'), mistake);
}

const OPTIONS: OptionTypes = {
  headers: 'any',
  part: 'string',
  data: 'function',
  policy: 'string',
  enforcement: 'string',
};

function isHeaders(binding: Exclude<Binding, boolean>): binding is string | readonly string[] {
  return typeof binding === 'string' || Array.isArray(binding);
}

/**
 * Reads a binding's settings: the route's before the account's.
 *
 * @throws ConfigurationError naming the option
 */
export function bindingDemand(
  binding: Binding | undefined,
  account: BindingOptions,
): BindingDemand | undefined {
  if (binding === undefined || binding === false) return undefined;
  assertOptions(account, OPTIONS, 'binding', 'binding.');
  const own = binding === true ? {} : isHeaders(binding) ? { headers: binding } : binding;
  assertOptions(own, OPTIONS, 'binding', 'binding.');
  const {
    headers = 'authorization',
    part = 'whole',
    data,
    policy = 'required',
    enforcement,
  } = { ...account, ...withoutUndefined(own) };
  assertOneOf('binding.part', part, ['whole', 'credential']);
  assertOneOf('binding.policy', policy, ['required', 'if-present']);
  if (enforcement !== undefined) assertOneOf('binding.enforcement', enforcement, ['enforce', 'report']);
  if (data !== undefined) return { data: ofApplication(data), headers: [], policy, enforcement };
  const names = headerNames(headers);
  return { data: fromHeaders(names, part), headers: names, policy, enforcement };
}

function headerNames(headers: string | readonly string[]): readonly string[] {
  const listed = typeof headers === 'string' ? [headers] : headers;
  if (!(Array.isArray(listed) && listed.length > 0 && listed.every(isFieldName))) {
    throw new ConfigurationError(
      'binding.headers',
      'is not the name of a header field',
      'Give a name such as authorization, or a list of names.',
    );
  }
  return listed.map((name) => name.toLowerCase());
}

function fromHeaders(names: readonly string[], part: 'whole' | 'credential'): BindingDemand['data'] {
  return (request) => {
    const values = names.map((name) => single(request.fields(name)));
    const parts = part === 'whole' ? values : values.map(credential);
    return parts.some((value) => value === undefined || value === '') ? undefined : octets(parts.join(''));
  };
}

/**
 * The octets of a field, one for each code unit (RFC 9110 §5.5). Where a runtime read the octets as UTF-8, as Cloudflare's
 * workerd does, the text can have others: what was sent is then lost, and a part of each code unit would be the same
 * for different values.
 */
function octets(text: string): Buffer | undefined {
  for (let at = 0; at < text.length; at += 1) if (text.charCodeAt(at) > 0xff) return undefined;
  return Buffer.from(text, 'latin1');
}

/** The application's own function may throw anything, or return something else than bytes. */
function ofApplication(data: NonNullable<BindingOptions['data']>): BindingDemand['data'] {
  return (request) => {
    const bytes: unknown = attempt(() => data(request));
    if (bytes === undefined || bytes instanceof Uint8Array) return bytes;
    if (bytes instanceof Promise) bytes.catch(() => undefined);
    throw new AttestationError(CHECKS.dataAvailable, {
      cause: new TypeError('binding.data returned no bytes'),
    });
  };
}

function attempt(call: () => unknown): unknown {
  try {
    return call();
  } catch (cause) {
    throw new AttestationError(CHECKS.dataAvailable, { cause });
  }
}

function single(values: readonly string[]): string | undefined {
  if (values.length > 1) throw new AttestationError(CHECKS.headerSingle);
  return values[0];
}

/** What follows the scheme: `Bearer abc` gives `abc` (RFC 9110 §11.4). */
function credential(value: string | undefined): string | undefined {
  return value === undefined ? undefined : /^[!#$%&'*+.^_`|~0-9A-Za-z-]+ +([^ ].*)$/s.exec(value)?.[1];
}
