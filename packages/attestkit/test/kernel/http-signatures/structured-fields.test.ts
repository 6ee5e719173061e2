import { describe, expect, it } from 'vitest';
import {
  isInnerList,
  readDictionary,
  readItem,
  readList,
  type BareItem,
  type Item,
  type Member,
  type Parameters,
} from '../../../src/kernel/http-signatures/structured-fields.js';
import { writeItem, writeParameters } from '../../../src/kernel/http-signatures/write-structured-fields.js';
import { vectors } from '../../vectors.js';

/** A test of the collection of the HTTP working group. */
interface Published {
  readonly name: string;
  readonly raw: readonly string[];
  readonly header_type: 'item' | 'list' | 'dictionary';
  readonly expected?: unknown;
  readonly must_fail?: boolean;
  readonly can_fail?: boolean;
  readonly canonical?: readonly string[];
}

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

function base32(bytes: Uint8Array): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  const digits = (bits.match(/.{1,5}/g) ?? []).map((each) => BASE32[Number.parseInt(each.padEnd(5, '0'), 2)]);
  return digits.join('').padEnd(Math.ceil(digits.length / 8) * 8, '=');
}

/** As the collection writes values. */
function bare({ type, value }: BareItem): unknown {
  if (type === 'integer' || type === 'decimal' || type === 'string' || type === 'boolean') return value;
  return {
    __type: type.replace('bytes', 'binary').replace('-', ''),
    value: type === 'bytes' ? base32(value) : value,
  };
}

const pairs = (parameters: Parameters) => [...parameters].map(([name, value]) => [name, bare(value)]);
const item = ({ item: value, parameters }: Item) => [bare(value), pairs(parameters)];
const member = (each: Member) =>
  isInnerList(each) ? [each.items.map(item), pairs(each.parameters)] : item(each);

/** What is read, as the collection writes it, and as it is written again. */
function read({ header_type, raw }: Published): { value: unknown; text: string } | undefined {
  const text = raw.join(', ');
  const write = (each: Member) =>
    isInnerList(each)
      ? `(${each.items.map(writeItem).join(' ')})${writeParameters(each.parameters)}`
      : writeItem(each);
  if (header_type === 'item') {
    const found = readItem(text);
    return found && { value: item(found), text: write(found) };
  }
  if (header_type === 'list') {
    const found = readList(text);
    return found && { value: found.map(member), text: found.map(write).join(', ') };
  }
  const found = readDictionary(text);
  if (found === undefined) return undefined;
  const entries = [...found.members];
  const written = entries.map(([key, each]) => {
    const isTrue = !isInnerList(each) && each.item.type === 'boolean' && each.item.value;
    return `${key}${isTrue ? write(each).slice(2) : `=${write(each)}`}`;
  });
  return { value: entries.map(([key, each]) => [key, member(each)]), text: written.join(', ') };
}

describe('the collection of the HTTP working group', () => {
  const published = vectors('structured-fields/');
  const all = () =>
    published.files
      .filter(({ file }) => !file.includes('serialisation'))
      .flatMap((file) => Object.values(file).filter((each) => typeof each === 'object') as Published[]);

  published.run('is read as it has to be, test by test', () => {
    const tests = all();
    const wrong: string[] = [];
    let refused = 0;
    for (const test of tests) {
      const found = read(test);
      if (found === undefined) {
        refused += 1;
        if (test.must_fail !== true && test.can_fail !== true) wrong.push(`refused: ${test.name}`);
      } else if (test.must_fail === true) wrong.push(`accepted: ${test.name}`);
      else if (JSON.stringify(found.value) !== JSON.stringify(test.expected))
        wrong.push(`otherwise: ${test.name}`);
    }
    expect(wrong).toEqual([]);
    process.stderr.write(`structured fields: ${tests.length} tests, ${refused} of them refused\n`);
    expect(tests.length).toBeGreaterThanOrEqual(1591);
  });

  published.run('is written in its one form again', () => {
    const wrong = all().flatMap((test) => {
      const found = read(test);
      const canonical = (test.canonical ?? test.raw).join(', ');
      return found === undefined || found.text === canonical ? [] : [`${test.name}: ${found.text}`];
    });
    expect(wrong).toEqual([]);
  });
});

it('a list reads as one, and an item behind it is not passed over', () => {
  expect(readList('1, 2')).toHaveLength(2);
  expect(readItem('1, 2')).toBeUndefined();
});

describe('beside the collection', () => {
  it.each([
    ['a date with a parameter', '@1659578233;a', '@1659578233;a'],
    ['an empty display string', '%""', '%""'],
    ['a display string with what is always encoded', '%"%00%0a%1f %22%25~%7f%c3%bc"', undefined],
    ['a display string that begins with a byte order mark', '%"%ef%bb%bfa"', undefined],
    ['an item with parameters of each type', 'a;b=1;c=1.5;d="x";e=:AAAA:;f=?0;g;h=@1;i=t', undefined],
  ])('%s is read, and written again', (_, text, written = text) => {
    const found = readItem(text);
    expect(found && writeItem(found)).toBe(written);
  });

  it('a byte order mark is part of the text', () => {
    expect(readItem('%"%ef%bb%bfa"')?.item).toEqual({ type: 'display-string', value: '\u{feff}a' });
  });

  it.each(['1;a=', '1;', '1;=1', '@1.5', '@1234567890123456', '%"%7F"', '%"%ff"'])(
    'no item is read from %s',
    (text) => expect(readItem(text)).toBeUndefined(),
  );

  it.each(['();', '();A', '();a=', '("a";)', '("a"; )', '("a" "b";)', '("a"', '("a")("b")', '("a"b)'])(
    'no list is read from %s',
    (text) => {
      expect(readList(text)).toBeUndefined();
      expect(readDictionary(`a=${text}`)).toBeUndefined();
    },
  );
});
