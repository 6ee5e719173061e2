import { ConfigurationError } from '../kernel/errors.js';
import type { Companion, Enrolled, EnrollmentEvidence } from '../ports/enrollment.js';
import { readBootKey } from './policy/device-policy.js';
import { isComplete } from './description/lenient-der.js';

/** A Play Integrity verdict beside the key attestation, in the same body and over the same challenge. */
export interface PlayOptions {
  /**
   * Asks for a Play Integrity verdict beside the chain: `playIntegrity({ … })` of `attestkit/play-integrity`, which devices
   * send as `integrity_token`. Both make one record with one key. Default: the chain comes alone.
   */
  readonly playIntegrity?: EnrollmentEvidence | undefined;
  /**
   * Verified boot keys (32 bytes, hexadecimal or base64url) of systems that have no Play: with a locked bootloader and one of
   * them, the verdict may be missing. Whether a system is one of them only the attested key description says; a device that
   * boots verified by its maker's key always needs the verdict. List them in `verifiedBootKeys` too. Default: none.
   */
  readonly withoutPlay?: readonly string[] | undefined;
}

/**
 * Reads the options.
 *
 * @throws ConfigurationError naming the option
 */
export function readPlay({ playIntegrity, withoutPlay }: PlayOptions): Companion | undefined {
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
