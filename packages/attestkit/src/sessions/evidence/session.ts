import { enforcing } from '../../kernel/sinks.js';
import type { Appraisal, Evidence, VerifyContext } from '../../ports/evidence.js';
import type { AttestedRequest } from '../../ports/request.js';
import { liveRecord } from '../state/revocation.js';
import { originOf } from '../operations/issue.js';
import { needOfSession } from './needs.js';
import { appraiseSessionBinding } from '../tokens/session-binding.js';
import { findSession } from './session-field.js';
import type { SessionResult } from '../tokens/session-token.js';
import type { Context } from '../context.js';

declare module '../../ports/attestation.js' {
  interface Attestation {
    readonly session?: SessionResult;
  }
}

/**
 * Session tokens as evidence for the guard.
 *
 * @param hasSigned whether the guard has signed requests too: one beside a session asks whether the session is live
 */
export function sessionEvidence(context: Context, hasSigned: boolean): Evidence<'session', SessionResult> {
  return {
    kind: 'session',
    routeOptions: [],
    fields: [context.settings.header],
    need: (_demand, error) => needOfSession(context, error),
    // A signed request that requires it comes right behind it, and looks at the record of this session anyway.
    demand: ({ signedRequest }) => hasSigned && requiresSession(signedRequest),
    find: (request) => findSession(context, request),
    verify: (token: string, { request, now, demand: isSigned }: VerifyContext<boolean>) =>
      isSigned
        ? { result: boundSession(context, token, request, now) }
        : appraiseSession(context, token, request, now),
  };
}

/** Whether the route option asks for a session too. Invalid options are refused by `signedRequest` itself, at start-up. */
function requiresSession(asked: unknown): boolean {
  if (typeof asked !== 'object' || asked === null) return asked === true;
  return (asked as { readonly session?: unknown }).session !== 'optional';
}

/**
 * Verifies a session token, what it is bound to, and that it has not ended; at once where that is known.
 *
 * @throws AttestationError (or rejects with it)
 */
function appraiseSession(
  context: Context,
  token: string,
  request: AttestedRequest,
  now: number,
): Appraisal<SessionResult> | Promise<Appraisal<SessionResult>> {
  const result = boundSession(context, token, request, now);
  if (context.settings.revocation === 'off') return { result };
  const record = liveRecord(context, result);
  return 'then' in record ? record.then(() => ({ result })) : { result };
}

/**
 * Verifies a session token, and what it is bound to.
 *
 * @throws AttestationError
 */
export function boundSession(
  { verifier, keys, settings }: Context,
  token: string,
  request: AttestedRequest,
  now: number,
): SessionResult {
  const result = verifier.verify(token, now);
  if (result.binding !== undefined)
    appraiseSessionBinding(keys.pseudonym, settings.bind, result.binding, originOf(request), enforcing);
  return result;
}
