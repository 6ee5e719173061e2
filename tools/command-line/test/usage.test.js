// @ts-check
import { parseArgs } from 'node:util';
import { describe, expect, it } from 'vitest';
import { noSuch, problemOf } from '../usage.js';

describe('noSuch', () => {
  const stages = ['build', 'typecheck', 'lint', 'coverage', 'test:docs', 'test:conformance'];

  it.each([
    ['covrage', 'There is no stage covrage. Did you mean coverage?'],
    ['lnit', 'There is no stage lnit. Did you mean lint?'],
    ['test:doc', 'There is no stage test:doc. Did you mean test:docs?'],
    ['docs', 'There is no stage docs. Did you mean test:docs?'],
    ['conformanse', 'There is no stage conformanse. Did you mean test:conformance?'],
    ['nonsense', 'There is no stage nonsense.'],
    ['x'.repeat(10_000), `There is no stage ${'x'.repeat(10_000)}.`],
  ])('%.20s', (word, says) => {
    expect(noSuch('stage', word, stages)).toBe(says);
  });

  it('names the closest one, wherever it stands', () => {
    expect(noSuch('kind', 'tokens', ['token', 'tokns', 'other'])).toContain('Did you mean token?');
    expect(noSuch('kind', 'abcd', ['abxx', 'abcx', 'zzzz'])).toContain('Did you mean abcx?');
  });
});

describe('problemOf', () => {
  const options = /** @type {const} */ ({ only: { type: 'string' }, quick: { type: 'boolean' } });

  it.each([
    [['--quik'], 'There is no option --quik. Did you mean --quick?'],
    [['--verbose'], 'There is no option --verbose.'],
    [['lint'], 'Unexpected argument: lint.'],
    [['--only'], "Option '--only <value>' argument missing."],
    [['--only', '--quick'], "Option '--only' argument is ambiguous."],
    [['--quick=yes'], "Option '--quick' does not take an argument."],
  ])('%j', (args, says) => {
    let problem = '';
    try {
      parseArgs({ args, options });
    } catch (error) {
      problem = problemOf(error, Object.keys(options));
    }
    expect(problem).toBe(says);
  });
});
