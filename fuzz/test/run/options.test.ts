import { describe, expect, it } from 'vitest';
import { KIND_NAMES, KINDS } from '../../src/kinds/kinds.js';
import { readOptions } from '../../src/run/options.js';
import { addOutcome, countMutant, emptyOutcome } from '../../src/run/outcome.js';
import { explained, idleMutators, report } from '../../src/run/report.js';
import { reachableCodes } from '../../src/subject/codes.js';
import { subject } from '../../src/subject/subject.js';

describe('the command line', () => {
  it('takes every option', () => {
    const given = ['--only', 'receipt', '--seed', '7', '--count', '0'];
    expect(readOptions([...given, '--against', '../before', '--renames', 'codes.json'])).toEqual({
      only: 'receipt',
      seed: 7,
      count: 0,
      against: '../before',
      renames: 'codes.json',
    });
  });

  it('fuzzes everything without options, from any seed', () => {
    expect(readOptions([])).toMatchObject({ only: undefined, count: undefined, against: undefined });
    expect(readOptions([])).toHaveProperty('seed', expect.any(Number));
  });

  it('teaches its options and its kinds', () => {
    const help = readOptions(['--help']);
    expect(help).toMatchObject({ isMistake: false });
    for (const word of [
      '--only',
      '--seed',
      '--count',
      '--against',
      '--renames',
      'npm run fuzz',
      ...KIND_NAMES,
    ])
      expect('text' in help && help.text).toContain(word);
  });

  it.each([
    [['--only', 'receipts'], 'There is no kind receipts. Did you mean receipt?'],
    [['--only', 'everything'], 'There is no kind everything.'],
    [['--seed', 'x'], '--seed takes a whole number, not x.'],
    [['--count', '-1'], "Option '--count' argument is ambiguous."],
    [['--count', '1e3'], '--count takes a whole number, not 1e3.'],
    [['--kind', 'receipt'], 'There is no option --kind.'],
    [['--sed', '1'], 'There is no option --sed. Did you mean --seed?'],
    [['receipt'], 'Unexpected argument: receipt.'],
  ])('says what is wrong with %j', (given, problem) => {
    const refused = readOptions(given);
    expect(refused).toMatchObject({ isMistake: true });
    const text = 'text' in refused ? refused.text : '';
    expect(text).toContain('--renames FILE');
    expect(text.split('\n').slice(-2)).toEqual(['', problem]);
  });
});

describe('the report', () => {
  const outcome = emptyOutcome('three tokens', ['flip a bit', 'truncate']);
  countMutant(outcome, 'flip a bit', 'ERR_ONE', undefined);
  countMutant(outcome, 'truncate', 'accepted', 'it is genuine');

  it('counts mutators, reasons and codes, and names codes that no mutant met', () => {
    const text = report(outcome, ['ERR_ONE', 'ERR_TWO']);
    expect(text).toContain('made from three tokens');
    expect(text).toMatch(/flip a bit +1 +0/);
    expect(text).toMatch(/truncate +0 +1/);
    expect(text).toMatch(/accepted because\n +1 {2}it is genuine/);
    expect(text).toMatch(/code\n +1 {2}ERR_ONE/);
    expect(text).toContain('not seen: ERR_TWO');
    expect(report(outcome, ['ERR_ONE'])).not.toContain('not seen');
  });

  it('says how to break a rule again', () => {
    const violation = { index: 41, mutator: 'truncate', rule: 'it was accepted', token: 'abc' };
    const text = explained('app-check', 12, violation);
    expect(text).toContain('A RULE IS BROKEN: it was accepted');
    expect(text).toContain('"token": "abc"');
    expect(text).toContain('again: npm run fuzz -- --only app-check --seed 12 --count 42');
  });

  it('names mutators that made nothing that was refused, among enough mutants', () => {
    expect(idleMutators(outcome, 10_000)).toEqual(['truncate']);
    expect(idleMutators(outcome, 9999)).toEqual([]);
  });

  it('adds up runs, and keeps the slowest mutant and the first violation', () => {
    const total = emptyOutcome('', []);
    const violation = { index: 1, mutator: 'truncate', rule: 'it was accepted' };
    addOutcome(total, {
      ...outcome,
      slowest: { milliseconds: 9, mutator: 'truncate', length: 4 },
      violation,
    });
    addOutcome(total, { ...outcome, violation: { ...violation, index: 2 } });
    expect(total).toMatchObject({
      about: 'three tokens',
      count: 4,
      codes: { ERR_ONE: 2, accepted: 2 },
      reasons: { 'it is genuine': 2 },
      tallies: { 'flip a bit': { refused: 2, accepted: 0 }, truncate: { refused: 0, accepted: 2 } },
      slowest: { milliseconds: 9 },
      violation,
    });
  });
});

it.each(KIND_NAMES)('%s has codes to meet, and mutants to make', (kind) => {
  expect(reachableCodes(subject)[kind].length).toBeGreaterThan(0);
  expect(KINDS[kind].count).toBeGreaterThan(0);
});
