import { AttestationError } from 'attestkit';
import { describe, expect, it } from 'vitest';
import type { Mutant, Target } from '../../src/rules/mutant.js';
import { fuzzTarget } from '../../src/run/fuzz.js';
import type { Outcome } from '../../src/run/outcome.js';
import { createRandom } from '../../src/run/random.js';

const COUNT = 40;

/** A mutant that must be refused and is refused, by everybody with the same code. */
const REFUSED: Mutant = {
  length: 7,
  verify: () => refuse('ERR_ONE'),
  remembering: () => refuse('ERR_ONE'),
  inspect: () => ({ verdict: 'fail', code: 'ERR_ONE' }),
  mayBeAccepted: () => undefined,
  mustBeAccepted: () => false,
  shown: () => ({ token: 'the token' }),
};

/** A mutant that came out as a genuine one, and is accepted. */
const ACCEPTED: Mutant = {
  ...REFUSED,
  verify: () => 'fine',
  remembering: () => 'fine',
  inspect: () => ({ verdict: 'pass' }),
  mayBeAccepted: () => 'it is genuine',
  mustBeAccepted: () => true,
};

describe('mutants that break no rule', () => {
  it('are counted', () => {
    const outcome = run((index) => (index % 4 === 1 ? ACCEPTED : REFUSED));
    expect(outcome.violation).toBeUndefined();
    expect(outcome).toMatchObject({
      about: 'a test',
      count: COUNT,
      codes: { ERR_ONE: 30, accepted: 10 },
      reasons: { 'it is genuine': 10 },
      tallies: { mutator: { refused: 30, accepted: 10 } },
      over50: 0,
    });
  });

  it('may have no inspector', () => {
    expect(run(() => ({ ...REFUSED, inspect: undefined })).violation).toBeUndefined();
  });
});

describe('each rule can be broken', () => {
  it('1: a mutant that must be refused is accepted', () => {
    const { violation, count } = run((index) =>
      index === 3 ? { ...REFUSED, verify: () => 'fine' } : REFUSED,
    );
    expect(violation).toEqual({ index: 3, mutator: 'mutator', rule: 'it was accepted', token: 'the token' });
    expect(count).toBe(4);
  });

  it('2: what is genuine is refused', () => {
    const { violation } = run(() => ({ ...ACCEPTED, verify: () => refuse('ERR_ONE') }));
    expect(violation?.rule).toBe('it was refused (ERR_ONE), and is in order');
  });

  it('3: something else is thrown than AttestationError', () => {
    const { violation, codes } = run(() => ({ ...REFUSED, verify: throwing }));
    expect(violation?.rule).toBe('something else than AttestationError escaped: RangeError: too deep');
    expect(codes).toEqual({ 'escaped: RangeError: too deep': 1 });
  });

  it.each([
    ['accepts', () => 'fine', 'accepted'],
    ['says another code', () => refuse('ERR_TWO'), 'ERR_TWO'],
    ['throws something else', throwing, 'escaped: RangeError: too deep'],
  ])('4: the memory %s', (_, remembering, said) => {
    const { violation } = run(() => ({ ...REFUSED, remembering }));
    expect(violation).toMatchObject({ index: 0, rule: `verify says ERR_ONE, the memory says ${said}` });
  });

  it('4: the memory refuses what is genuine', () => {
    const { violation } = run(() => ({ ...ACCEPTED, remembering: () => refuse('ERR_TWO') }));
    expect(violation?.rule).toBe('verify says accepted, the memory says ERR_TWO');
  });

  it('5: a verification takes more than 50 milliseconds, each time', () => {
    const outcome = run(() => REFUSED, ticking(51));
    expect(outcome.slow).toMatchObject({ index: 0, rule: 'it took 51.0 ms', token: 'the token' });
    expect(outcome).toMatchObject({ over50: COUNT, count: COUNT });
    expect(outcome.violation).toBeUndefined();
    expect(outcome.slowest).toEqual({ milliseconds: 51, mutator: 'mutator', length: 7 });
  });

  it('5: and not if one of a few is faster, because the machine was busy', () => {
    const outcome = run(() => REFUSED, ticking(90, 90, 90, 90, 50));
    expect(outcome).toMatchObject({ over50: 0, slow: undefined });
    expect(outcome.slowest.milliseconds).toBe(50);
  });

  it.each<[string, NonNullable<Mutant['inspect']>, string]>([
    ['accepts', () => ({ verdict: 'pass' }), 'accepted'],
    ['says another code', () => ({ verdict: 'fail', code: 'ERR_TWO' }), 'ERR_TWO'],
    ['throws', throwing, 'escaped: RangeError: too deep'],
  ])('6: the inspector %s', (_, inspect, said) => {
    const { violation } = run(() => ({ ...REFUSED, inspect }));
    expect(violation).toMatchObject({ index: 0, rule: `verify says ERR_ONE, inspect says ${said}` });
  });

  it('6: the inspector refuses what is genuine', () => {
    const { violation } = run(() => ({ ...ACCEPTED, inspect: () => ({ verdict: 'fail', code: 'ERR_TWO' }) }));
    expect(violation?.rule).toBe('verify says accepted, inspect says ERR_TWO');
  });
});

it('asks the memory for every fourth mutant, and the inspector for every sixteenth', () => {
  const asked: string[] = [];
  run((index) => ({
    ...REFUSED,
    remembering: () => {
      asked.push(`memory ${index}`);
      return refuse('ERR_ONE');
    },
    inspect: () => {
      asked.push(`inspector ${index}`);
      return { verdict: 'fail', code: 'ERR_ONE' };
    },
  }));
  expect(asked.filter((each) => each.startsWith('memory'))).toHaveLength(COUNT / 4);
  expect(asked.filter((each) => each.startsWith('inspector'))).toEqual([
    'inspector 0',
    'inspector 16',
    'inspector 32',
  ]);
});

function throwing(): never {
  throw new RangeError('too deep');
}

function refuse(code: string): never {
  throw new AttestationError({ name: '', code, stage: 'untrusted', says: '', spec: '' });
}

function run(make: (index: number) => Mutant, clock?: { now(): number }): Outcome {
  let index = -1;
  const target: Target = {
    about: 'a test',
    names: ['mutator'],
    make: () => make((index += 1)),
  };
  return fuzzTarget(target, AttestationError, createRandom(1), COUNT, clock);
}

/** A clock on which verifications take these times, again and again. */
function ticking(...durations: readonly number[]): { now(): number } {
  let [asked, time] = [0, 0];
  return {
    now() {
      if (asked % 2 === 1) time += durations[(asked >> 1) % durations.length] ?? 0;
      asked += 1;
      return time;
    },
  };
}
