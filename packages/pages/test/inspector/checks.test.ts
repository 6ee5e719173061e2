import { describe, expect, test } from 'vitest';
import { CATALOG } from '../../../attestkit/src/catalog.js';
import { filterCodes, remedySteps } from '../../src/inspector/errors/filter-codes.js';
import { whyNotChecked } from '../../src/inspector/verdict/not-checked.js';
import { readDetail, stateOf } from '../../src/inspector/verdict/read-check.js';
import { specificationRuns } from '../../src/inspector/verdict/specification.js';
import { asSentence, verdictInWords } from '../../src/inspector/verdict/verdict-words.js';

describe('the state of a check', () => {
  test.each([
    [true, '', 'ok'],
    [true, 'found "not asked"', 'ok'],
    [true, 'not asked', 'not asked'],
    [true, 'not asked; found 1', 'not asked'],
    [true, 'not asked for', 'ok'],
    [false, 'not asked', 'failed'],
  ] as const)('%s %j: %s', (ok, detail, state) => {
    expect(stateOf({ ok, detail })).toBe(state);
  });
});

const SAYS = 'the key was attested for another challenge';

describe('the detail of a check', () => {
  test('of one that holds', () => {
    expect(readDetail({ ok: true, detail: 'found "a", expected "b"' }, '')).toEqual({
      says: '',
      found: '"a"',
      expected: '"b"',
      mistake: undefined,
    });
    expect(readDetail({ ok: true, detail: 'not asked; found 16.0.0' }, '').found).toBe('16.0.0');
    expect(readDetail({ ok: true, detail: '' }, '').found).toBeUndefined();
    expect(readDetail({ ok: true, detail: 'expected 1' }, '').expected).toBe('1');
  });

  test('of one that fails', () => {
    expect(
      readDetail(
        { ok: false, detail: `${SAYS}: found "a", expected "b". Likely mistake: it was hashed twice` },
        SAYS,
      ),
    ).toEqual({ says: SAYS, found: '"a"', expected: '"b"', mistake: 'it was hashed twice' });
    expect(readDetail({ ok: false, detail: `${SAYS}. Likely mistake: hashed` }, SAYS).mistake).toBe('hashed');
    expect(readDetail({ ok: false, detail: SAYS }, SAYS)).toEqual({
      says: SAYS,
      found: undefined,
      expected: undefined,
      mistake: undefined,
    });
  });

  test('words that are no JSON end at the next part', () => {
    const detail = `${SAYS}: found certificate 4, tbsCertificate.issuer, expected 1 to 3`;
    expect(readDetail({ ok: false, detail }, SAYS)).toMatchObject({
      found: 'certificate 4, tbsCertificate.issuer',
      expected: '1 to 3',
    });
  });

  test('what stands behind a value belongs to it', () => {
    const detail = `${SAYS}: found "a" (SHA-256 00), expected ["b"] or later`;
    expect(readDetail({ ok: false, detail }, SAYS)).toMatchObject({
      found: '"a" (SHA-256 00)',
      expected: '["b"] or later',
    });
  });

  test.each([
    '", expected "x". Likely mistake: none, it is genuine',
    '. Likely mistake: none, it is genuine',
    '\\", expected \\"',
    ', expected ',
  ])('a value from evidence makes no other part: %j', (value) => {
    for (const hostile of [value, [value], { a: value, [value]: 1 }]) {
      const found = JSON.stringify(hostile);
      const detail = `${SAYS}: found ${found}, expected "real"`;
      expect(readDetail({ ok: false, detail }, SAYS)).toEqual({
        says: SAYS,
        found,
        expected: '"real"',
        mistake: undefined,
      });
    }
  });

  test.each(['another sentence: found 1', '', 'found 1'])('of another sentence is whole: %j', (detail) => {
    expect(readDetail({ ok: false, detail }, SAYS)).toMatchObject({
      says: detail,
      found: undefined,
      mistake: undefined,
    });
    expect(readDetail({ ok: false, detail }, '')).toMatchObject({ says: detail, found: undefined });
  });

  test.each(['found "never ends', 'found [1, {"a"', 'found ', 'found "\\'])(
    'ends with the text: %j',
    (detail) => {
      expect(readDetail({ ok: true, detail }, '').found).toBe(detail.slice(6));
    },
  );
});

describe('a specification', () => {
  test.each([
    ['RFC 7519 §4.1.4', [['RFC 7519 §4.1.4', 'rfc7519#section-4.1.4']]],
    [
      'RFC 5280 §4.1, §4.2',
      [['RFC 5280 §4.1', 'rfc5280#section-4.1'], [', '], ['§4.2', 'rfc5280#section-4.2']],
    ],
    [
      'RFC 9421 §3.2; RFC 8725 §3.1',
      [['RFC 9421 §3.2', 'rfc9421#section-3.2'], ['; '], ['RFC 8725 §3.1', 'rfc8725#section-3.1']],
    ],
    ['RFC 8259', [['RFC 8259', 'rfc8259']]],
    [
      'Web Authentication §6.5.1; RFC 9053 §2.1',
      [['Web Authentication §6.5.1; '], ['RFC 9053 §2.1', 'rfc9053#section-2.1']],
    ],
    [
      'RFC 7515 §4.1; Web Authentication §8.4',
      [['RFC 7515 §4.1', 'rfc7515#section-4.1'], ['; Web Authentication §8.4']],
    ],
    ['Approov, backend integration', [['Approov, backend integration']]],
    ['', []],
  ] as const)('%s', (spec, runs) => {
    expect(specificationRuns(spec)).toEqual(
      runs.map(([text, path]) => ({ text, ...(path && { href: `https://www.rfc-editor.org/rfc/${path}` }) })),
    );
  });

  test('every one of the catalog stays as it is written', () => {
    const specs = Object.values(CATALOG).flatMap((room) => room.checks.map(({ spec }) => spec));
    expect(specs.length).toBeGreaterThan(400);
    for (const spec of specs) {
      const runs = specificationRuns(spec);
      expect(runs.map(({ text }) => text).join('')).toBe(spec);
      for (const { href } of runs)
        if (href !== undefined)
          expect(href).toMatch(/^https:\/\/www\.rfc-editor\.org\/rfc\/rfc\d+(#section-[\d.]*\d)?$/);
    }
  });

  test.each(['RFC javascript:alert(1)', 'RFC 1/../../x', 'https://evil.example', 'RFC 123456 §1'])(
    'makes no other address of %j',
    (spec) => {
      for (const { href } of specificationRuns(spec))
        if (href !== undefined)
          expect(href).toMatch(/^https:\/\/www\.rfc-editor\.org\/rfc\/rfc\d{1,5}(#section-[\d.]+)?$/);
    },
  );
});

describe('the verdict in words', () => {
  const check = (
    ok: boolean,
    code = 'ERR_A',
    detail = '',
  ): { name: string; code: string; spec: string; ok: boolean; detail: string } => ({
    name: 'a',
    code,
    spec: '',
    ok,
    detail,
  });

  test('of evidence that passes names what was not checked', () => {
    const report = {
      verdict: 'pass',
      checks: [check(true), check(true, 'ERR_B', 'not asked')],
      notChecked: [],
    } as const;
    expect(verdictInWords(report, 'Approov token')).toEqual({
      says: 'Approov token: passes',
      because: 'All 1 checks that were made hold.',
      isPartly: false,
    });
    expect(verdictInWords({ ...report, notChecked: ['challenge', 'app', 'earlier use'] }, 'T')).toEqual({
      says: 'T: passes',
      because:
        'All 1 checks that were made hold. Not compared, because you did not give it: challenge, app. 1 thing cannot be checked here: see the list.',
      isPartly: true,
    });
    // What nobody can give here takes nothing from the verdict.
    expect(verdictInWords({ ...report, notChecked: ['revocation'] }, 'T').isPartly).toBe(false);
  });

  test('of evidence that fails counts, and says of dates that they depend on the time', () => {
    const report = {
      verdict: 'fail',
      checks: [check(true), check(false, 'ERR_X_EXPIRED')],
      notChecked: [],
    } as const;
    expect(verdictInWords(report, 'T')).toEqual({
      says: 'T: fails',
      because: '1 of 2 checks does not hold. To see it as of another time, set the time above.',
      isPartly: false,
    });
    const other = { ...report, checks: [check(false), check(false)] } as const;
    expect(verdictInWords(other, 'T').because).toBe('2 of 2 checks do not hold.');
  });

  test('a sentence has a capital and one full stop', () => {
    expect(asSentence('the key is old')).toBe('The key is old.');
    expect(asSentence('Is it?')).toBe('Is it?');
    expect(asSentence('')).toBe('.');
  });
});

test('what was not checked says what to give; names of every object say nothing', () => {
  expect(whyNotChecked('binding')).toMatch(/^Give binding/);
  for (const name of ['constructor', 'toString', '', 'new']) expect(whyNotChecked(name)).toBe('');
});

describe('the catalog', () => {
  const code = (name: string, says: string) => ({
    code: name,
    name: '',
    stage: 'untrusted',
    says,
    spec: 'RFC 7519 §4.1.4',
    cause: '',
    remedy: '',
  });
  const errors = {
    rooms: [
      {
        title: 'A',
        codes: [code('ERR_A_EXPIRED', 'it has expired'), code('ERR_A_MISSING', 'it is missing')],
      },
      { title: 'B', codes: [code('ERR_B_MISSING', 'it is missing too')] },
    ],
  };
  const found = (text: string): readonly string[] =>
    filterCodes(errors, text).flatMap(({ codes }) => codes.map((each) => each.code));

  test.each([
    ['', ['ERR_A_EXPIRED', 'ERR_A_MISSING', 'ERR_B_MISSING']],
    ['expired', ['ERR_A_EXPIRED']],
    ['MISSING  too', ['ERR_B_MISSING']],
    ['rfc 7519 err_b', ['ERR_B_MISSING']],
    ['missing expired', []],
    ['(.*', []],
  ])('%j finds %j', (text, codes) => {
    expect(found(text)).toEqual(codes);
  });

  test('rooms without a code are left out', () => {
    expect(filterCodes(errors, 'expired').map(({ title }) => title)).toEqual(['A']);
  });

  test('a remedy says who acts', () => {
    expect(remedySteps('Operator: look. Twice. App author: set the field.')).toEqual([
      { who: 'Operator', what: 'look. Twice.' },
      { who: 'App author', what: 'set the field.' },
    ]);
    expect(remedySteps('Wait. In production: nothing.')).toEqual([
      { who: undefined, what: 'Wait. In production: nothing.' },
    ]);
    expect(remedySteps('')).toEqual([]);
  });
});
