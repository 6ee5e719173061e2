import type { DecisionEvent } from '../ports/events.js';

/**
 * The lines that Approov's example servers log for a decision, which existing deployments search for, followed by
 * the reason where there is one. Never a token.
 */
export function logLines(event: DecisionEvent): readonly string[] {
  if (event.exempt !== undefined) return [];
  const { refused, reported, verified, skipped } = event;
  const failures = [...reported, ...(refused === undefined ? [] : [refused])];
  const token =
    verified.includes('approov') || failures.some(({ code }) => code.startsWith('ERR_APPROOV_BINDING_'));
  const lines = token ? ['ACCEPTED REQUEST WITH VALID APPROOV TOKEN'] : [];
  for (const { code, stage, says, cause } of failures) {
    const verb = refused?.code === code ? 'REJECTED' : 'ACCEPTED';
    const reason = cause === undefined ? says : `${says} (${cause})`;
    lines.push(`${verb} REQUEST ${subject(code, stage)}`, `${code}: ${reason}`);
  }
  if (verified.includes('session')) lines.push('ACCEPTED REQUEST WITH VALID SESSION');
  if (verified.includes('assertion')) lines.push('ACCEPTED REQUEST WITH VALID ASSERTION');
  if (event.met.includes('binding'))
    lines.push('ACCEPTED REQUEST WITH VALID TOKEN BINDING IN THE APPROOV TOKEN');
  if (skipped.includes('binding'))
    lines.push('ACCEPTED REQUEST WITH APPROOV TOKEN MISSING THE CLAIM TO VERIFY THE TOKEN BINDING');
  return lines;
}

function subject(code: string, stage: string): string {
  if (code === 'ERR_APPROOV_BINDING_CLAIM_MISSING')
    return 'WITH APPROOV TOKEN MISSING THE CLAIM TO VERIFY THE TOKEN BINDING';
  if (code.startsWith('ERR_APPROOV_BINDING_')) return 'WITH INVALID TOKEN BINDING IN THE APPROOV TOKEN';
  if (code.startsWith('ERR_SESSION_')) return 'WITHOUT A VALID SESSION';
  if (code.startsWith('ERR_ASSERTION_') || code.startsWith('ERR_APP_ATTEST_'))
    return 'WITHOUT A VALID ASSERTION';
  if (stage === 'missing') return 'WITH APPROOV TOKEN HEADER EMPTY OR MISSING';
  if (stage === 'unavailable') return 'WITHOUT A DECISION';
  return 'WITH INVALID APPROOV TOKEN';
}
