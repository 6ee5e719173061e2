import type { DecisionEvent, EndpointEvent, FailureFacts, GuardEvent } from '../ports/events.js';
import { readBoolean, type Environment } from './environment.js';

const HASHES_CHANGE =
  'ATTESTKIT_HASH_KEY IS NOT SET: THE HASHES OF ADDRESSES AND DEVICES IN EVENTS CHANGE WITH JWT_SECRET';

/**
 * What makes the log lines of an event that `guardFromEnv` writes, for a guard that is made otherwise; undefined with
 * `APPROOV_LOGGING_ENABLED=false`.
 *
 * @param env default `process.env`
 * @throws ConfigurationError if the variable is neither `true` nor `false`
 * @example
 * const linesOf = logLinesFromEnv();
 * const onEvent = (event: GuardEvent) => linesOf?.(event).forEach((line) => console.log(line));
 * const guard = createGuard({ evidence: [approov({ secretBase64: process.env.APPROOV_BASE64_SECRET })], onEvent });
 */
export function logLinesFromEnv(
  env: Environment = process.env,
): ((event: GuardEvent) => readonly string[]) | undefined {
  return readBoolean(env, 'APPROOV_LOGGING_ENABLED') === false ? undefined : linesOf;
}

/** The log lines for an event. */
export function linesOf(event: GuardEvent): readonly string[] {
  if (event.type === 'decision') return decisionLines(event);
  if (event.type === 'endpoint') return endpointLines(event);
  return event.type === 'configuration' && event.option === 'devices.hashKey' ? [HASHES_CHANGE] : [];
}

/**
 * The lines that Approov's example servers log for a decision, which existing deployments search for, followed by
 * the reason if there is one. Never a token.
 */
function decisionLines(event: DecisionEvent): readonly string[] {
  if (event.exempt !== undefined) return [];
  const { refused, reported, evidence: verified, demandsSkipped: skipped } = event;
  const failures = [...reported, ...(refused === undefined ? [] : [refused])];
  const token =
    verified.includes('approov') ||
    failures.some(({ code }) => /^ERR_APPROOV_(?:BINDING|SIGNATURE)_/.test(code));
  const lines = token ? ['ACCEPTED REQUEST WITH VALID APPROOV TOKEN'] : [];
  for (const failure of failures) {
    const { code, stage } = failure;
    const verb = refused?.code === code ? 'REJECTED' : 'ACCEPTED';
    lines.push(`${verb} REQUEST ${subject(code, stage)}`, reasonOf(failure));
  }
  if (verified.includes('appCheck')) lines.push('ACCEPTED REQUEST WITH VALID APP CHECK TOKEN');
  if (verified.includes('session')) lines.push('ACCEPTED REQUEST WITH VALID SESSION');
  if (verified.includes('signedRequest')) lines.push('ACCEPTED REQUEST WITH VALID ASSERTION');
  if (event.demandsMet.includes('binding'))
    lines.push('ACCEPTED REQUEST WITH VALID TOKEN BINDING IN THE APPROOV TOKEN');
  if (event.demandsMet.includes('messageSigning'))
    lines.push('ACCEPTED REQUEST WITH VALID MESSAGE SIGNATURE');
  if (skipped.includes('messageSigning'))
    lines.push('ACCEPTED REQUEST WITH APPROOV TOKEN MISSING THE KEY TO VERIFY THE MESSAGE SIGNATURE');
  if (skipped.includes('binding'))
    lines.push('ACCEPTED REQUEST WITH APPROOV TOKEN MISSING THE CLAIM TO VERIFY THE TOKEN BINDING');
  return lines;
}

/**
 * The lines of a use of the endpoints, in the same manner; none if a challenge was given out, as anybody may ask for
 * one.
 */
function endpointLines(event: EndpointEvent): readonly string[] {
  const { endpoint, evidence: kind, refused, notes } = event;
  if (refused === undefined && endpoint === 'challenge') return [];
  const verb = refused === undefined ? 'ACCEPTED' : 'REJECTED';
  const by = kind === undefined ? '' : ` WITH ${kind.replaceAll(/[A-Z]/g, ' $&').toUpperCase()}`;
  return [
    `${verb} ${endpoint.toUpperCase()} REQUEST${by}`,
    ...(refused === undefined ? [] : [reasonOf(refused)]),
    ...notes.map((note) => `NOT KNOWN HERE: ${note}`),
  ];
}

function reasonOf({ code, says, cause }: FailureFacts): string {
  return `${code}: ${cause === undefined ? says : `${says} (${cause})`}`;
}

function subject(code: string, stage: string): string {
  if (code === 'ERR_APPROOV_BINDING_CLAIM_MISSING')
    return 'WITH APPROOV TOKEN MISSING THE CLAIM TO VERIFY THE TOKEN BINDING';
  if (code.startsWith('ERR_APPROOV_SIGNATURE_')) return 'WITHOUT A VALID MESSAGE SIGNATURE';
  if (code.startsWith('ERR_APPROOV_BINDING_')) return 'WITH INVALID TOKEN BINDING IN THE APPROOV TOKEN';
  if (code.startsWith('ERR_GUARD_') && stage !== 'unavailable') return 'WITH A BODY THAT CANNOT BE READ';
  if (code.startsWith('ERR_SESSION_')) return 'WITHOUT A VALID SESSION';
  if (/^ERR_(?:ASSERTION|APP_ATTEST|KEY_ATTESTATION)_/.test(code)) return 'WITHOUT A VALID ASSERTION';
  if (code.startsWith('ERR_APP_CHECK_') && stage !== 'unavailable')
    return stage === 'missing'
      ? 'WITH APP CHECK TOKEN HEADER EMPTY OR MISSING'
      : 'WITH INVALID APP CHECK TOKEN';
  if (stage === 'missing') return 'WITH APPROOV TOKEN HEADER EMPTY OR MISSING';
  if (stage === 'unavailable') return 'WITHOUT A DECISION';
  return 'WITH INVALID APPROOV TOKEN';
}
