import { hash } from 'node:crypto';
import { AttestationError } from '../../kernel/errors.js';
import { readTarget, type SignedMessage } from '../../kernel/http-signatures/components.js';
import { enforcing } from '../../kernel/sinks.js';
import type { VerifyContext } from '../../ports/evidence.js';
import type { AttestedRequest } from '../../ports/request.js';
import type { Store } from '../../ports/store.js';
import type { ApproovResult, MessageSignature } from '../result.js';
import { SIGNATURE_CHECKS as CHECKS } from './checks.js';
import type { ReadyRules, SigningDemand } from './settings.js';
import { appraiseBody, appraiseSignature, type Covered } from './verify.js';

/**
 * Verifies the signature of a request, its body included, which is read only then.
 *
 * @param fields that must be covered if the request has them: of the token, and of its binding
 * @throws AttestationError (rejects with it)
 */
export async function verifySigned(
  token: ApproovResult,
  { rules, baseUrl: base }: SigningDemand,
  fields: readonly string[],
  { request, now, clock, body }: VerifyContext<unknown>,
): Promise<Covered> {
  const message = messageOf(request, base);
  const required = [...ALWAYS, ...rules.fields, ...fields].filter((name) => request.fields(name).length > 0);
  const covered = appraiseSignature(token, message, rules, required, now, enforcing);
  appraiseBody(covered.signature, message, await body(), rules, enforcing);
  // A client can send its body as slowly as it likes.
  assertCurrent(covered.signature, rules, clock());
  return covered;
}

/** Who the user is, beside the token: the SDK covers it if the request has it. */
const ALWAYS = ['authorization'];

/** The end of a signature, the leeway included, milliseconds since the epoch. */
function endOf({ expiresAt }: MessageSignature, { leewaySeconds }: ReadyRules): number {
  return expiresAt + leewaySeconds * 1000;
}

function assertCurrent(signature: MessageSignature, rules: ReadyRules, now: number): void {
  if (now > endOf(signature, rules)) throw new AttestationError(CHECKS.current);
}

function messageOf(request: AttestedRequest, base: string): SignedMessage {
  const { method, target } = request;
  // Of the other forms of a request target (RFC 9112 §3.2) none is a path behind a base.
  const whole = target.startsWith('/') ? readTarget(`${base}${target}`) : undefined;
  return { method, target: whole, fields: (name) => request.fields(name) };
}

/** Milliseconds by which a signature is remembered for longer than it is valid: for clocks that are apart. */
const MARGIN_MS = 120_000;

/**
 * Uses a signature up.
 *
 * @param now when it is used up: other evidence may have waited
 * @throws AttestationError (rejects with it) ERR_APPROOV_SIGNATURE_REUSED, ERR_APPROOV_SIGNATURE_EXPIRED
 */
export async function useUp(
  { signature, unique }: Covered,
  store: Store,
  rules: ReadyRules,
  now: number,
): Promise<void> {
  assertCurrent(signature, rules, now);
  const key = `approov-signature/${hash('sha256', Buffer.from(unique), 'base64url')}`;
  const ttlMs = Math.ceil(endOf(signature, rules) - now) + MARGIN_MS;
  if (!(await store.claim(key, ttlMs))) throw new AttestationError(CHECKS.unused);
}
