import { describe, expect, it } from 'vitest';
import { factsOf } from '../../src/guard/telling/emit.js';
import { AttestationError } from '../../src/kernel/errors.js';
import { Explanation } from '../../src/kernel/explanation.js';
import type { CheckDef, Stage } from '../../src/ports/checks.js';

const checkOf = (stage: Stage): CheckDef => ({
  name: 'n',
  code: 'ERR_X',
  stage,
  says: 'it does not hold',
  spec: 's',
});
const STAGES = ['missing', 'malformed', 'untrusted', 'denied', 'unavailable'] as const;

describe('what an event says of a refusal’s cause', () => {
  it.each(STAGES)('is an explanation of this library, at the stage %s', (stage) => {
    const error = new AttestationError(checkOf(stage), { cause: new Explanation('the usual mistake') });
    expect(factsOf(error)).toMatchObject({ says: 'it does not hold', cause: 'the usual mistake' });
  });

  it.each(STAGES.slice(0, 4))('is never the message of another error, at the stage %s', (stage) => {
    for (const cause of [
      new Error('what the client sent'),
      { name: 'Explanation', message: 'x' },
      Object.assign(new Error('what the client sent'), { name: 'Explanation' }),
      'x',
      undefined,
    ])
      expect(factsOf(new AttestationError(checkOf(stage), { cause })).cause).toBeUndefined();
  });

  it('costs no stack trace, as clients can have as many as they like', () => {
    expect(new Explanation('x').stack).not.toMatch(/\bat \b/);
  });
});
