import { hash } from 'node:crypto';
import { AttestationError } from '../../kernel/errors.js';
import { readTarget, type SignedMessage } from '../../kernel/http-signatures/components.js';
import { enforcing } from '../../kernel/sinks.js';
import type { VerifyContext } from '../../ports/evidence.js';
import type { AttestedRequest } from '../../ports/request.js';
import type { Store } from '../../ports/store.js';
import type { ApproovResult } from '../result.js';
import { SIGNATURE_CHECKS as CHECKS } from './checks.js';
import type { ReadyRules, SigningDemand } from './settings.js';
import { appraiseBody, appraiseSignature, type Covered } from './verify.js';

/**
 * Verifies the signature of a request, its body included, which is read only then.
 *
 * @param fields that must be covered: of the token, and of its binding
 * @throws AttestationError (rejects with it)
 */
export async function verifySigned(
  token: ApproovResult,
  { rules, baseUrl: base }: SigningDemand,
  fields: readonly string[],
  { request, now, body }: VerifyContext<unknown>,
): Promise<Covered> {
  const message = messageOf(request, base);
  const covered = appraiseSignature(token, message, rules, fields, now, enforcing);
  appraiseBody(covered.signature, message, await body(), rules, enforcing);
  return covered;
}

function messageOf(request: AttestedRequest, base: string): SignedMessage {
  const { method, target } = request;
  // Of the other forms of a request target (RFC 9112 §3.2) none is a path behind a base.
  const whole = target.startsWith('/') ? readTarget(`${base}${target}`) : undefined;
  return { method, target: whole, fields: (name) => request.fields(name) };
}

/** Milliseconds by which a signature is remembered for longer than it is valid: for clocks that are apart. */
const MARGIN_MS = 120_000;

/** @throws AttestationError (rejects with it) ERR_APPROOV_SIGNATURE_REUSED */
export async function useUp(
  { signature, unique }: Covered,
  store: Store,
  { leewaySeconds }: ReadyRules,
  now: number,
): Promise<void> {
  const key = `approov-signature/${hash('sha256', `${signature.by}:${Buffer.from(unique).toString('base64url')}`, 'base64url')}`;
  const ttlMs = Math.ceil(Math.max(0, signature.expiresAt + leewaySeconds * 1000 - now)) + MARGIN_MS;
  if (!(await store.claim(key, ttlMs))) throw new AttestationError(CHECKS.unused);
}
