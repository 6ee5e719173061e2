import { ConfigurationError } from '../kernel/errors.js';
import type { Companion, Enrolled, EnrollmentEvidence } from '../ports/enrollment.js';
import { readBootKey } from './policy/device-policy.js';
import { isComplete } from './description/lenient-der.js';

/**
 * Reads the options.
 *
 * @throws ConfigurationError naming the option
 */
export function readPlay({
  playIntegrity,
  withoutPlay,
}: {
  readonly playIntegrity?: EnrollmentEvidence | undefined;
  readonly withoutPlay?: readonly string[] | undefined;
}): Companion | undefined {
  if (playIntegrity === undefined) {
    if (withoutPlay === undefined) return undefined;
    const remedy = 'Give playIntegrity({ … }) as playIntegrity, or leave it out.';
    throw new ConfigurationError('withoutPlay', 'is set, and playIntegrity is not', remedy);
  }
  if (typeof playIntegrity?.verify !== 'function' || playIntegrity.proof !== undefined) {
    const remedy = 'Give what playIntegrity({ … }) of attestkit/play-integrity returned.';
    throw new ConfigurationError('playIntegrity', 'is not evidence without a key', remedy);
  }
  const keys = (withoutPlay ?? []).map(readBootKey);
  if (!isComplete(keys)) {
    const remedy = 'Give the 32 bytes that the system’s maker publishes, in hexadecimal or base64url.';
    throw new ConfigurationError('withoutPlay', 'is not a list of keys', remedy);
  }
  return { evidence: playIntegrity, isRequired: (enrolled) => !isWithoutPlay(enrolled, keys) };
}

function isWithoutPlay({ facts }: Enrolled, keys: readonly string[]): boolean {
  const { bootState, deviceLocked, verifiedBootKey } = facts;
  return bootState === 'SELF_SIGNED' && deviceLocked === true && keys.some((key) => key === verifiedBootKey);
}
