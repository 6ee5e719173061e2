import { AttestationError, ConfigurationError } from '../kernel/errors.js';
import { assertOptions, type OptionTypes } from '../kernel/config/options.js';
import type { Appraisal, Evidence, Found, VerifyContext } from '../ports/evidence.js';
import { FIELD_CHECKS } from './checks.js';
import { readConsume, REPLAY_OPTIONS, type Consume } from './consume.js';
import { createVerifier, VERIFIER_OPTIONS, watchOf, type AppCheckOptions } from './verifier.js';
import type { AppCheckResult } from './verify.js';

declare module '../ports/attestation.js' {
  interface Attestation {
    readonly appCheck?: AppCheckResult;
  }
  interface EvidenceRouteOptions {
    /**
     * Requires an App Check token. `{ consume: true }`: a limited-use token that has not been used before, and that this
     * request uses up. Default: not asked for.
     */
    readonly appCheck?: boolean | { readonly consume?: boolean };
  }
}

/** Firebase's keys. */
export const APP_CHECK_JWKS = 'https://firebaseappcheck.googleapis.com/v1/jwks';

const OPTIONS: OptionTypes = { ...VERIFIER_OPTIONS, ...REPLAY_OPTIONS };

const HEADER = 'x-firebase-appcheck';

const ABSENT: Found<string> = { present: false, check: FIELD_CHECKS.present };

/**
 * Firebase App Check tokens as evidence for the guard: the header field `X-Firebase-AppCheck`.
 *
 * @throws ConfigurationError naming the option that cannot be right
 * @example
 * const keys = remoteJwks(APP_CHECK_JWKS, { algorithm: 'RS256' });
 * const guard = createGuard({ evidence: [appCheck({ keys, projectNumber: '123456789012', appIds })] });
 */
export function appCheck(options: AppCheckOptions): Evidence<'appCheck', AppCheckResult> {
  assertOptions(options, OPTIONS, 'appCheck');
  const verify = createVerifier(options);
  const consume = readConsume(options);
  return {
    kind: 'appCheck',
    routeOptions: ['appCheck'],
    fields: [HEADER],
    need: () => ({ need: 'token', header: 'X-Firebase-AppCheck' }),
    watch: watchOf(options),
    demand: ({ appCheck: asked }) => readDemand(asked, consume),
    find(request) {
      const values = request.fields(HEADER);
      const value = values[0] ?? '';
      // No token has a comma: it is where fetch has joined repeated fields.
      if (values.length > 1 || value.includes(',')) throw new AttestationError(FIELD_CHECKS.single);
      return value === '' ? ABSENT : { present: true, item: value };
    },
    verify(token: string, context: VerifyContext<Consume | undefined>) {
      const verified = verify(token, context.now);
      if ('then' in verified) return verified.then((result) => appraisalOf(token, result, context));
      return appraisalOf(token, verified, context);
    },
  };
}

/** A genuine token, and how it is consumed if the route asks for that. A session token gets this far only by option. */
function appraisalOf(
  token: string,
  result: AppCheckResult,
  { demand: consume, clock }: VerifyContext<Consume | undefined>,
): Appraisal<AppCheckResult> {
  if (consume === undefined) return { result };
  const skipped = result.limitedUse ? undefined : 'limited-use';
  return { result, met: 'consume', skipped, consume: consume(token, result, clock) };
}

function readDemand(asked: unknown, consume: Consume | undefined): Consume | undefined {
  if (asked === undefined || typeof asked === 'boolean') return undefined;
  assertOptions(asked, { consume: 'boolean' }, 'appCheck', 'appCheck.');
  if ((asked as { readonly consume?: unknown }).consume !== true) return undefined;
  if (consume !== undefined) return consume;
  const remedy = 'Give appCheck a consumer (googleAppCheck) or a store.';
  throw new ConfigurationError('appCheck.consume', 'is asked for, and nothing remembers tokens', remedy);
}
