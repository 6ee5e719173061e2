import { AttestationError } from '../../../src/kernel/errors.js';
import type { Enrolled, EnrollmentEvidence } from '../../../src/ports/enrollment.js';
import { START } from './backend.js';

/** Evidence that says what the test wants, in the field `token`. */
export function vouching(
  more: Partial<EnrollmentEvidence> = {},
  said: Partial<Enrolled> = {},
): EnrollmentEvidence {
  const about = { kind: 'double', platform: 'ios', appId: 'app', environment: 'production' } as const;
  return {
    kind: 'double',
    fields: ['token'],
    verify: ({ token }) => {
      if (token !== 'good')
        throw new AttestationError({
          name: 't',
          code: 'ERR_DOUBLE',
          stage: 'untrusted',
          says: 's',
          spec: 's',
        });
      return { ...about, attestedAt: START, facts: {}, ...said };
    },
    appraise: () => undefined,
    ...more,
  };
}
