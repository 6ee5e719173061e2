import { claimExpectations } from '../kernel/jose/claims.js';
import { AttestationError, ConfigurationError } from '../kernel/errors.js';
import { TokenVerifier } from '../kernel/jose/token-verifier.js';
import { assertOptions, isFieldName, type OptionTypes } from '../kernel/config/options.js';
import type { Enforcement } from '../ports/decision.js';
import type { Appraisal, Evidence, Found, VerifyContext } from '../ports/evidence.js';
import {
  bindingDemand,
  verifyApproovBinding,
  type Binding,
  type BindingDemand,
  type BindingOptions,
} from './binding.js';
import { FIELD_CHECKS } from './checks.js';
import { accountKeys } from './message-signing/signing-keys.js';
import { useUp, verifySigned } from './message-signing/signed-request.js';
import {
  signingDemand,
  type MessageSigning,
  type MessageSigningOptions,
  type SigningDemand,
} from './message-signing/settings.js';
import { KEY_OPTIONS, keySource, type ApproovKeyOptions } from './keys.js';
import type { KeySource } from '../ports/keys.js';
import type { ApproovResult } from './result.js';
import { absenceIn } from './token-field.js';
import { tokenRules } from './verify.js';

/** How Approov tokens are found and verified. */
export type ApproovOptions = (
  | ApproovKeyOptions
  /** Keys that are fetched, and fetched again: `remoteJwks` of `attestkit/jwks`. */
  | { readonly keys: KeySource }
) & {
  /** The header field with the token. Default `Approov-Token`. */
  readonly header?: string;
  /** What stands before the token in the field, its space included: `Bearer `. Default none. */
  readonly prefix?: string;
  /** Accepted values of `iss`. Not checked unless given. */
  readonly issuer?: string | readonly string[];
  /** Values of which `aud` has to contain one. Not checked unless given. */
  readonly audience?: string | readonly string[];
  /** Seconds by which the clocks may differ, 0 to 60. Default 0. */
  readonly leewaySeconds?: number;
  /** How the account's tokens are bound; a route asks for it by its option `binding`. */
  readonly binding?: BindingOptions;
  /** How the apps sign their requests; a route asks for it by its option `messageSigning`. */
  readonly messageSigning?: MessageSigningOptions;
  /** How many verified tokens are remembered, so that a token sent again costs no cryptography; 0 for none. Default 1000. */
  readonly cache?: number;
};

declare module '../ports/attestation.js' {
  interface Attestation {
    readonly approov?: ApproovResult;
  }
  interface EvidenceRouteOptions {
    /** Requires the Approov token to be bound to this request. Default: not asked for. */
    readonly binding?: Binding;
    /** Requires the request to be signed by the app's installation, or with the account's key. Default: not asked for. */
    readonly messageSigning?: MessageSigning;
  }
}

const OPTIONS: OptionTypes = {
  ...KEY_OPTIONS,
  header: 'string',
  prefix: 'string',
  issuer: 'any',
  audience: 'any',
  leewaySeconds: 'number',
  binding: 'any',
  messageSigning: 'object',
  cache: 'number',
};

const ABSENT: Found<string> = { present: false, check: FIELD_CHECKS.present };

/**
 * Approov tokens as evidence for the guard.
 *
 * @throws ConfigurationError naming the option that cannot be right
 * @example
 * const guard = createGuard({ evidence: [approov({ secretBase64: process.env.APPROOV_BASE64_SECRET })] });
 */
export function approov(options: ApproovOptions): Evidence<'approov', ApproovResult> {
  assertOptions(options, OPTIONS, 'approov');
  const keys = keySource(options);
  const rules = tokenRules(keys, claimExpectations(options));
  const { header: named = 'Approov-Token' } = options;
  const header = headerName(named);
  const { prefix = '', binding: account = {}, messageSigning = {}, cache: capacity = 1000 } = options;
  if (typeof account !== 'object' || Array.isArray(account)) {
    const remedy = 'Ask for the binding on a route: protect(guard, { binding: true }).';
    throw new ConfigurationError('binding', 'takes an object with settings here', remedy);
  }
  bindingDemand(true, account);
  const allowPublished = 'allowPublishedSecret' in options ? options.allowPublishedSecret : undefined;
  const signing = (asked: MessageSigning | undefined): SigningDemand | undefined =>
    signingDemand(asked, messageSigning, allowPublished);
  // At start-up, whether or not a route asks for it.
  signing(options.messageSigning !== undefined);
  const messageDigests =
    messageSigning.accountKeyBase64 === undefined
      ? []
      : accountKeys(messageSigning, allowPublished).secretDigests;
  if (keys.secretDigests?.().some((digest) => messageDigests.includes(digest)) === true)
    throw new ConfigurationError(
      'messageSigning.accountKeyBase64',
      'is a secret that tokens are verified with',
      'Give the account’s key for message signing: approov secret -messageSigningKey.',
    );
  const verifier = new TokenVerifier(rules, capacity);

  return {
    kind: 'approov',
    // What the clients of Approov's own servers expect, whatever the stage.
    statuses: { missing: 401, malformed: 401, untrusted: 401, denied: 401 },
    routeOptions: ['binding', 'messageSigning'],
    fields: [header],
    need: () => ({ need: 'token', header: named }),
    secretDigests: () => [...(keys.secretDigests?.() ?? []), ...messageDigests],
    watch: (listener) => keys.watch?.(listener),
    demand(route): Demand | undefined {
      const binding = bindingDemand(route['binding'] as Binding | undefined, account);
      const signed = signing(route['messageSigning'] as MessageSigning | undefined);
      return binding === undefined && signed === undefined ? undefined : { binding, signing: signed };
    },
    find(request) {
      const values = request.fields(header);
      const value = values[0] ?? '';
      // No token has a comma: it is where fetch has joined repeated fields.
      if (values.length > 1 || value.includes(',')) throw new AttestationError(FIELD_CHECKS.single);
      if (value === '' || value.trimEnd() === prefix.trimEnd()) return ABSENT;
      if (!value.startsWith(prefix)) throw new AttestationError(FIELD_CHECKS.prefix);
      const token = value.slice(prefix.length);
      const check = absenceIn(token);
      return check === undefined ? { present: true, item: token } : { present: false, check };
    },
    verify(token: string, context: VerifyContext<Demand | undefined>) {
      const result = verifier.verify(token, context.now);
      const appraised = (
        known: ApproovResult,
      ): Appraisal<ApproovResult> | Promise<Appraisal<ApproovResult>> => {
        const bound = bind(known, context);
        const demand = context.demand?.signing;
        return demand === undefined ? bound : sign(bound, demand, header, context);
      };
      return 'then' in result ? result.then(appraised) : appraised(result);
    },
  };
}

/** What a route asks of a genuine token. */
interface Demand {
  readonly binding: BindingDemand | undefined;
  readonly signing: SigningDemand | undefined;
}

/** What came of the binding. */
interface Bound {
  readonly result: ApproovResult;
  readonly met?: string;
  readonly skipped?: string;
  readonly unmet?: { readonly error: AttestationError; readonly enforcement: Enforcement };
}

/** Checks a genuine token against the route's binding, as far as the policy asks. */
function bind(result: ApproovResult, context: VerifyContext<Demand | undefined>): Bound {
  const demand = context.demand?.binding;
  if (demand === undefined) return { result };
  if (demand.policy === 'if-present' && result.claims['pay'] === undefined)
    return { result, skipped: 'binding' };
  try {
    return { result: verifyApproovBinding(result, demand.data(context.request)), met: 'binding' };
  } catch (error) {
    if (!(error instanceof AttestationError)) throw error;
    return { result, unmet: { error, enforcement: demand.enforcement ?? context.enforcement } };
  }
}

/** Checks the request's signature, as far as the policy asks, after the binding. */
async function sign(
  bound: Bound,
  demand: SigningDemand,
  tokenField: string,
  context: VerifyContext<Demand | undefined>,
): Promise<Appraisal<ApproovResult>> {
  const { result, unmet, skipped } = bound;
  // Nothing can let this request in any more.
  if (unmet?.enforcement === 'enforce') return bound;
  if (demand.policy === 'if-present' && result.claims['ipk'] === undefined)
    return { ...bound, skipped: both(skipped, 'messageSigning') };
  const enforcement = demand.enforcement ?? context.enforcement;
  try {
    const fields = [tokenField, ...(context.demand?.binding?.headers ?? [])];
    const covered = await verifySigned(result, demand, fields, context);
    const signed = Object.freeze({ ...result, signature: Object.freeze(covered.signature) });
    const met = both(bound.met, 'messageSigning');
    const { store, rules } = demand;
    if (store === undefined) return { result: signed, met, skipped, unmet };
    const consume = () => useUp(covered, store, rules, context.clock()).then(() => signed);
    return { result, met, skipped, unmet, consume, consumption: enforcement };
  } catch (error) {
    if (!(error instanceof AttestationError)) throw error;
    return { ...bound, unmet: both(unmet, { error, enforcement }) };
  }
}

function both<T>(one: T | undefined, other: T): T | readonly T[] {
  return one === undefined ? other : [one, other];
}

function headerName(name: string): string {
  if (isFieldName(name)) return name.toLowerCase();
  const remedy = 'Leave it out for Approov-Token, or give a name such as X-App-Token.';
  throw new ConfigurationError('header', 'is not the name of a header field', remedy);
}
