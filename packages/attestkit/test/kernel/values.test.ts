import { describe, expect, it } from 'vitest';
import { CertificatePlace } from '../../src/kernel/asn1/certificate-place.js';
import { readPositive } from '../../src/kernel/asn1/der-values.js';
import { readDer } from '../../src/kernel/asn1/der.js';
import { readTime } from '../../src/kernel/asn1/time.js';
import { appOf } from '../../src/kernel/app-facts.js';
import { amount, atLeast, atMost, NOT_ASKED, oneOf, words, wordsOf } from '../../src/kernel/asked.js';
import { readCbor, readCborItem, readSignedCborItem } from '../../src/kernel/bytes/cbor.js';
import { freezeJson } from '../../src/kernel/bytes/json.js';
import { challengeForms, digestTexts, sha256 } from '../../src/kernel/challenge-forms.js';
import { isoTime, milliseconds } from '../../src/kernel/jose/numeric-date.js';
import { firstThatFits, type Mistake } from '../../src/kernel/mistakes.js';
import { steadyClock } from '../../src/kernel/steady-clock.js';

const der = (hex: string) => readDer(Buffer.from(hex, 'hex'));
const textsOf = (forms: Iterable<readonly [string, Buffer]>) =>
  Object.fromEntries([...forms].map(([name, bytes]) => [name, bytes.toString('latin1')]));

describe('the app of a result', () => {
  it('is its id, its platform, and the version that its facts name', () => {
    for (const name of ['bundleVersion', 'appVersion', 'versionCode']) {
      const result = { appId: 'com.example.app', platform: 'android', facts: { other: 1, [name]: 42 } };
      const app = { id: 'com.example.app', platform: 'android', version: '42' };
      expect(appOf(result)).toEqual(app);
      expect(appOf({ attestation: result })).toEqual(app);
    }
  });

  it('names no platform and no version that are not there', () => {
    const app = { id: 'a', platform: undefined, version: undefined };
    for (const more of [{}, { platform: 7 }, { facts: 'x' }, { facts: {} }])
      expect(appOf({ appId: 'a', ...more })).toStrictEqual(app);
  });

  it.each([undefined, null, 'a', [], {}, { appId: 7 }, { attestation: {} }])('is none of %j', (result) => {
    expect(appOf(result)).toBeUndefined();
  });
});

it('words are made of lists, places and times', () => {
  expect([[], [1], ['a'], 'a'].map(wordsOf)).toEqual(['none', '[1]', '["a"]', '"a"']);
  const place = new CertificatePlace(1, 'tbsCertificate.issuer', 'x');
  expect([place, new Date(1.5), new Date(Number.NaN), null].map(wordsOf)).toEqual([
    place.message,
    '1970-01-01T00:00:00.001Z',
    'a time that no date can say',
    'null',
  ]);
  const day = new Date(86_400_000);
  const expected = [
    NOT_ASKED,
    atLeast(2),
    atMost(3, 's'),
    atLeast(day),
    atMost(day),
    oneOf(['a']),
    oneOf(['a', 'b']),
  ];
  expect([...expected, amount(4, 's'), words(() => 'x')].map(wordsOf)).toEqual([
    'anything',
    'at least 2',
    'at most 3 s',
    '1970-01-02T00:00:00.000Z or later',
    '1970-01-02T00:00:00.000Z or earlier',
    '"a"',
    'one of ["a","b"]',
    '4 s',
    'x',
  ]);
  expect(amount(undefined, 's')).toBeUndefined();
  expect([place.message, JSON.stringify({ place }), new CertificatePlace(0, 'a').message]).toEqual([
    'certificate 1, tbsCertificate.issuer: x',
    '{"place":"certificate 1, tbsCertificate.issuer: x"}',
    'certificate 0, a',
  ]);
});

it('the first mistake that fits is named, and none after it is made', () => {
  const made: string[] = [];
  function* mistakes(): Generator<Mistake> {
    for (const name of ['a', 'b', 'c']) {
      made.push(name);
      yield [`it is ${name}`, Buffer.from(name)];
    }
  }
  expect(firstThatFits(mistakes(), (bytes) => Buffer.from(bytes).toString() === 'b')).toBe('it is b');
  expect(made).toEqual(['a', 'b']);
  expect(firstThatFits(mistakes(), () => false)).toBeUndefined();
});

it('a parsed value that is frozen can be changed at no depth', () => {
  const value = freezeJson({ list: [{ name: { last: [1] } }], text: 'x', none: null });
  expect(value).toEqual({ list: [{ name: { last: [1] } }], text: 'x', none: null });
  const [first] = value.list;
  for (const part of [value, value.list, first, first?.name, first?.name.last])
    expect(Object.isFrozen(part)).toBe(true);
});

describe('a time in seconds', () => {
  it('is one in milliseconds, and in words if the calendar has it', () => {
    expect([milliseconds(1.5), isoTime(1.5)]).toEqual([1500, '1970-01-01T00:00:01.500Z']);
    expect([milliseconds(-1), isoTime(-1)]).toEqual([-1000, '1969-12-31T23:59:59.000Z']);
    expect([milliseconds(1e300), isoTime(1e300)]).toEqual([1e303, undefined]);
  });

  it.each(['1', null, undefined, [1], Number.NaN])('is not %j', (value) => {
    expect([milliseconds(value), isoTime(value)]).toEqual([Number.NaN, undefined]);
  });
});

describe('a steady clock', () => {
  it('shows the wall clock in whole milliseconds, and goes on with time that passes if that is set back', () => {
    let [wall, passed] = [1000.9, 50];
    const now = steadyClock(
      () => wall,
      () => passed,
    );
    expect(now()).toBe(1000);
    const shown: number[] = [];
    for (const [time, more] of [
      [2000.9, 10],
      [500, 100],
      [500, 0],
      [600, 7],
      [2107, 1],
      [5000, 1],
    ] as const) {
      wall = time;
      passed += more;
      shown.push(now());
    }
    expect(shown).toEqual([2000, 2100, 2100, 2107, 2108, 5000]);
  });

  it('measures for itself how time passes', () => {
    let wall = 1000;
    const now = steadyClock(() => wall);
    expect(now()).toBe(1000);
    wall = 0;
    expect(now()).toBeGreaterThanOrEqual(1000);
    expect(now()).toBeLessThan(1000 + performance.now());
  });
});

describe('a positive number', () => {
  it.each([
    ['020101', '01'],
    ['02017f', '7f'],
    ['02020080', '80'],
    ['020100', undefined],
    ['020180', undefined],
    ['0202007f', undefined],
    ['040101', undefined],
  ])('of %s is %s', (hex, octets) => {
    const read = readPositive(der(hex));
    expect(read === undefined ? undefined : Buffer.from(read).toString('hex')).toBe(octets);
    expect(readPositive(undefined)).toBeUndefined();
  });
});

describe('a day', () => {
  const dated = (day: string): number | undefined => {
    const text = Buffer.from(`${day}120000Z`).toString('hex');
    return readTime(der(`180f${text}`));
  };
  it.each(['20240229', '20230228', '20000229', '20240430', '20240630', '20240930', '20241130', '20241231'])(
    '%s exists, and the next one of its month does not',
    (day) => {
      const iso = `${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6)}T12:00:00Z`;
      expect(dated(day)).toBe(Date.parse(iso));
      expect(dated(String(Number(day) + 1))).toBeUndefined();
    },
  );

  it.each(['21000229', '20240001', '20241301', '20240100'])('%s does not exist', (day) => {
    expect(dated(day)).toBeUndefined();
  });
});

describe('CBOR', () => {
  it('ends at its depth in maps as in lists', () => {
    for (const head of ['81', 'a100'])
      expect(readCbor(Buffer.from(`${head.repeat(1000)}00`, 'hex'))).toBeUndefined();
    for (const head of ['81', 'a100']) expect(readCbor(Buffer.from(`${head}00`, 'hex'))).toBeDefined();
  });

  it('has at most eight levels of lists and maps, keys among them', () => {
    for (const last of ['8100', 'a10000']) {
      expect(readCbor(Buffer.from(`${'81'.repeat(7)}${last}`, 'hex'))).toBeDefined();
      expect(readCbor(Buffer.from(`${'81'.repeat(8)}${last}`, 'hex'))).toBeUndefined();
    }
  });

  it('ends at its depth in keys of maps too', () => {
    for (const length of [100, 100_000]) expect(readCbor(Buffer.alloc(length, 0xa1))).toBeUndefined();
  });

  it('has a simple value of two octets from 32 on, where such values are passed over', () => {
    const read = (hex: string) =>
      [readCborItem, readSignedCborItem].map((f) => f(Buffer.from(hex, 'hex'), 0) !== undefined);
    expect(read('f8ff')).toContain(true);
    expect(read('f820')).toEqual(read('f8ff'));
    expect(read('f81f')).toEqual([false, false]);
    expect(read('f8')).toEqual([false, false]);
    for (const reserved of ['fc', 'fd', 'fe', 'ff'])
      expect(read(reserved + '20'.repeat(200))).toEqual([false, false]);
  });
});

describe('CBOR of a length that is reserved', () => {
  it.each([0, 1, 2, 3, 4, 5, 6, 7])('is not read as an item of major type %d', (major) => {
    for (const info of [28, 29, 30, 31]) {
      for (const behind of [0x00, 0x20, 0xff]) {
        const bytes = Buffer.concat([Buffer.of((major << 5) | info), Buffer.alloc(200, behind)]);
        expect(readCborItem(bytes, 0)).toBeUndefined();
        expect(readSignedCborItem(bytes, 0)).toBeUndefined();
      }
    }
  });
});

describe('what apps take for a challenge', () => {
  it('is base64 in any form, if it can be base64', () => {
    expect(textsOf(challengeForms(Buffer.from('ab-_c')))).toEqual({
      'the decoded bytes of the challenge': Buffer.from('ab-_c', 'base64').toString('latin1'),
      'the challenge with padding (=)': 'ab-_c===',
      'the challenge in the standard alphabet (+ and /)': 'ab+/c',
      'the challenge in the standard alphabet (+ and /) with padding (=)': 'ab+/c===',
      'the challenge in the URL alphabet (- and _) without padding': 'ab-_c',
      'the base64 of the challenge': 'YWItX2M=',
      'the base64url of the challenge': 'YWItX2M',
      'the challenge in quotation marks': '"ab-_c"',
      'the challenge and a line feed': 'ab-_c\n',
      'an empty challenge': '',
    });
    expect(textsOf(challengeForms(Buffer.from('a+/=')))).toMatchObject({
      'the challenge with padding (=)': 'a+/=',
      'the challenge in the URL alphabet (- and _) without padding': 'a-_',
    });
  });

  it.each(['!abcd', 'abcd!', 'ab cd', '', 'ab===', '=ab'])('is as it is, if it cannot: %j', (text) => {
    expect(Object.keys(textsOf(challengeForms(Buffer.from(text))))).toHaveLength(5);
  });

  it('are the texts of a digest', () => {
    expect(sha256('abc').toString('hex')).toMatch(/^ba7816bf8f01cfea.*f20015ad$/);
    expect(sha256(Buffer.from('abc'))).toEqual(sha256('abc'));

    expect(textsOf(digestTexts(Buffer.of(0xfb, 0xff, 0xfe, 0x0a)))).toEqual({
      'the text of the hexadecimal digest': 'fbfffe0a',
      'the text of the hexadecimal digest in capitals': 'FBFFFE0A',
      'the text of the base64 digest': '+//+Cg==',
      'the text of the base64url digest': '-__-Cg',
    });
  });
});
