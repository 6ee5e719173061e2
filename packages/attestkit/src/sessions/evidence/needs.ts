import type { AttestationError } from '../../kernel/errors.js';
import type { Need } from '../../ports/evidence.js';
import type { Context } from '../context.js';
import { CHALLENGE_CHECKS } from '../tokens/challenge-checks.js';
import { PROOF_CHECKS } from './proof-checks.js';

/** Signing again without a new challenge would be refused again. */
const FOR_A_CHALLENGE: ReadonlySet<string> = new Set(
  [...Object.values(CHALLENGE_CHECKS), PROOF_CHECKS.challengePresent].map(({ code }) => code),
);

/** What a client without a session has to bring, and in which field. */
export function needOfSession({ settings: { header } }: Context, error?: AttestationError): Need {
  if (header !== 'authorization') return { need: 'session', header };
  const isShown = error !== undefined && error.stage !== 'missing';
  return { need: 'session', bearer: isShown ? 'shown' : 'absent' };
}

/** What a client whose request is not signed has to bring: the session beside the signature comes first. */
export function needOfSignature(
  context: Context,
  demand: { readonly challenge: 'required' | 'optional' },
  error?: AttestationError,
): Need {
  const code = error?.code ?? '';
  if (code.startsWith('ERR_SESSION_')) return needOfSession(context, error);
  return { need: demand.challenge === 'required' || FOR_A_CHALLENGE.has(code) ? 'challenge' : 'signature' };
}
