import { expect, it } from 'vitest';
import { isAnswered, isPassedOn, knownName } from '../../src/http/names.js';

it('knows names by their spelling, also after more of them than it remembers', () => {
  const names = [
    'Approov-Token',
    'HOST',
    'host',
    'X_Attest_Device',
    'x.attest.device',
    'X-Attest-Device',
    'Via',
    'ETag',
  ];
  const many = Array.from({ length: 2000 }, (_, at) => `X-Name-${at}`);
  for (const name of [...names, ...many, 'x'.repeat(5000), ...names]) {
    const lower = name.toLowerCase();
    const expected = { lower, isPassedOn: isPassedOn(lower), isAnswered: isAnswered(lower) };
    expect(knownName(name)).toEqual(expected);
    expect(knownName(name)).toEqual(expected);
  }
});
