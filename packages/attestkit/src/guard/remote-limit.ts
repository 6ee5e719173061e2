import { AttestationError } from '../kernel/errors.js';
import type { EnrolmentContext, EnrolmentEvidence } from '../ports/enrolment.js';
import type { EnrolmentLimits } from '../ports/limits.js';
import { ENDPOINT_CHECKS as CHECKS } from './checks.js';

/**
 * Evidence that asks the limit of its sender's address right before it calls another service, which is when it consumes the
 * challenge: a refused request costs neither a call nor the challenge. All else of the evidence stays as it is.
 */
export function limitRemote(evidence: EnrolmentEvidence, limits: EnrolmentLimits): EnrolmentEvidence {
  const verify: EnrolmentEvidence['verify'] = (fields, context) =>
    evidence.verify(fields, limited(context, limits));
  return new Proxy(evidence, {
    get(target, name): unknown {
      if (name === 'verify') return verify;
      const member: unknown = Reflect.get(target, name, target);
      // Of the object itself, which may be of a class with private members.
      return typeof member === 'function' ? (member.bind(target) as unknown) : member;
    },
  });
}

function limited(context: EnrolmentContext, limits: EnrolmentLimits): EnrolmentContext {
  let consumed: Promise<void> | undefined;
  const consume = async (): Promise<void> => {
    if ((await limits.remote(context.request.ip)) !== true) throw new AttestationError(CHECKS.remote);
    await context.consumeChallenge();
  };
  return { ...context, consumeChallenge: () => (consumed ??= consume()) };
}
