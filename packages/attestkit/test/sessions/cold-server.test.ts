import { expect, it } from 'vitest';
import { AttestationError } from '../../src/kernel/errors.js';
import type { EnrollmentEvidence } from '../../src/ports/enrollment.js';
import { Backend, tokensOf } from './support/backend.js';
import { DOWN } from './support/failing.js';
import { vouched } from './support/vouched-devices.js';
import { vouching } from './support/vouching.js';

/** Evidence that judges by a list, which it does not have before it was `ready`. */
function listed(kind: 'double' | 'beside' = 'double'): EnrollmentEvidence {
  let list: readonly string[] | undefined;
  return vouching({
    kind,
    fields: [kind === 'double' ? 'token' : 'verdict'],
    ready: async () => {
      await new Promise((resolve) => void setImmediate(resolve));
      list = [];
    },
    appraise: () => {
      if (list === undefined) throw new AttestationError(DOWN);
    },
  });
}

/** Another instance of the same server, just started. */
const started = (first: Backend, evidence: EnrollmentEvidence): Backend =>
  new Backend({ store: first.store, clock: first.clock, enrollment: [evidence] });

it('an instance that has just started waits for what its evidence needs at a refresh', async () => {
  const first = new Backend({ enrollment: [listed()] });
  const { refresh } = tokensOf(await vouched(first));
  const reply = await started(first, listed()).refresh(refresh);
  expect([reply.status, reply.code]).toEqual([200, undefined]);
});

it('an instance that has just started waits for what its evidence needs beside it', async () => {
  const both = (): EnrollmentEvidence => ({
    ...vouching(),
    companion: { evidence: besideOf(listed('beside')), isRequired: () => true },
  });
  const first = new Backend({ enrollment: [both()] });
  const { refresh } = tokensOf(await vouched(first, { verdict: 'good' }));
  const reply = await started(first, both()).refresh(refresh);
  expect([reply.status, reply.code]).toEqual([200, undefined]);
});

/** The same in a field of its own. */
function besideOf(evidence: EnrollmentEvidence): EnrollmentEvidence {
  return {
    ...evidence,
    verify: (fields, context) => evidence.verify({ ...fields, token: fields['verdict'] }, context),
  };
}
