import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ambiguities, excessOfJson, readUnsignedJson } from '../../src/kernel/bytes/unsigned-json.js';

const read = (text: string | Uint8Array, maxDepth?: number): unknown =>
  readUnsignedJson(typeof text === 'string' ? Buffer.from(text) : text, maxDepth);

describe('one JSON object that nobody signed', () => {
  it.each([
    '{}',
    ' {"a":1}\n',
    '{"a":{"a":[{"a":1},{"a":2}]},"b":"\\"a\\":"}',
    '{"a":"{\\"a\\":1,\\"a\\":2}"}',
  ])('is read: %s', (text) => {
    expect(read(text)).toEqual(JSON.parse(text));
  });

  it.each([
    '',
    ' ',
    'null',
    '1',
    '"{}"',
    '[]',
    '[{}]',
    '{',
    '{}{}',
    '{} x',
    '{"a":1,}',
    "{'a':1}",
    '{a:1}',
    '{"a":01}',
    '{"a":NaN}',
    '{"a":"\t"}',
    '\ufeff{}',
    '{/**/}',
  ])('is refused where it is %j', (text) => {
    expect(read(text)).toBeUndefined();
  });

  it.each([
    '{"a":1,"a":1}',
    '{"a":1,"b":2,"a":3}',
    '{"a" :1,"a"\n:1}',
    '{"a":1,"\\u0061":2}',
    '{"\\u0061":1,"a":2}',
    '{"b":{"a":1,"a":2}}',
    '{"b":[1,{"a":1,"a":2}]}',
    '{"b":[[{"c":{},"a":{"x":1},"a":[]}]]}',
    '{"__proto__":1,"__proto__":2}',
    '{"":1,"":2}',
    '{"a\\"":1,"a\\"":2}',
    '{"a\\\\":1,"a\\\\":2}',
    '{"/":1,"\\/":2}',
    '{"é":1,"\\u00e9":2}',
    '{"\\ud83d\\ude00":1,"😀":2}',
  ])('is refused where a name is there twice: %s', (text) => {
    expect(JSON.parse(text)).toBeTypeOf('object');
    expect(read(text)).toBeUndefined();
  });

  it.each([
    '{"a":{"b":1},"b":1}',
    '{"a":[{"a":1},{"a":1}]}',
    '{"a":"a","b":"a"}',
    '{"A":1,"a":2}',
    '{"\u00e9":1,"e\u0301":2}',
  ])('is read where a name is there once in each object: %s', (text) => {
    expect(read(text)).toEqual(JSON.parse(text));
  });

  it.each([
    [[0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]],
    [[0x7b, 0x22, 0xc0, 0xa2, 0x22, 0x3a, 0x31, 0x7d]],
    [[0x7b, 0x22, 0xed, 0xa0, 0x80, 0x22, 0x3a, 0x31, 0x7d]],
    [[...Buffer.from('{}', 'utf16le')]],
  ])('is refused where it is no UTF-8: %j', (bytes) => {
    expect(read(Uint8Array.from(bytes))).toBeUndefined();
  });

  it('is refused where it is nested too deep, and takes no long way to see it', () => {
    const nested = (depth: number) => `${'{"a":'.repeat(depth - 1)}{}${'}'.repeat(depth - 1)}`;
    expect(read(nested(8))).toBeDefined();
    expect(read(nested(9))).toBeUndefined();
    expect(read(nested(3), 2)).toBeUndefined();
    expect(read(`{"a":${'['.repeat(7)}${']'.repeat(7)}}`)).toBeDefined();
    expect(read(`{"a":${'['.repeat(8)}${']'.repeat(8)}}`)).toBeUndefined();
    expect(read(nested(10_000))).toBeUndefined();
    expect(read(`{"a":${'['.repeat(100_000)}`)).toBeUndefined();
  });

  it('changes no prototype', () => {
    const body = read('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}') as object;
    expect(Object.hasOwn(body, '__proto__')).toBe(true);
    expect(Object.getPrototypeOf(body)).toBe(Object.prototype);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('is read from a view in the middle of a buffer', () => {
    const whole = Buffer.from('xx{"a":1}yy');
    expect(read(new Uint8Array(whole.buffer, whole.byteOffset + 2, 7))).toEqual({ a: 1 });
  });

  it('is read as JSON.parse does, whatever is in it, and never with a name twice', () => {
    const shallow = fc.object({ maxDepth: 4, withNullPrototype: false });
    fc.assert(
      fc.property(shallow, fc.nat(3), (value, indent) => {
        const text = JSON.stringify(value, undefined, indent);
        expect(read(text)).toEqual(JSON.parse(text));
        const [name] = Object.keys(JSON.parse(text) as object);
        if (name === undefined) return;
        const twice = `${text.trimEnd().slice(0, -1)},${JSON.stringify(name)}:0}`;
        expect(read(twice)).toBeUndefined();
      }),
      { numRuns: 500 },
    );
  });

  it('never throws on bytes of any kind', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        expect(() => read(bytes)).not.toThrow();
      }),
    );
  });
});

describe('names that are there twice', () => {
  it.each<[string, string[][], number?]>([
    ['{"a":1,"b":{"a":1}}', []],
    ['{"a":1,"a":2,"a":3}', [['a'], ['a']]],
    ['{"a":[{"b":1},{"b":1,"b":2}]}', [['a', '', 'b']]],
    [
      '{"a":[[{"b":1,"b":2}]],"c":{"d":1,"d":2}}',
      [
        ['a', '', '', 'b'],
        ['c', 'd'],
      ],
    ],
    ['{"a":{"b":{"c":1,"c":2}}}', [['a', 'b', '']], 2],
    ['{"a":[[]],"a":1}', [['a', '', '']], 2],
  ])('are told by the path to them, up to a value that is too deep: %s', (json, paths, maxDepth = 8) => {
    expect([...ambiguities(json, maxDepth)]).toEqual(paths);
  });
});

describe('a text that is small enough to be parsed', () => {
  const small = (text: string, members = 3, depth?: number) =>
    excessOfJson(Buffer.from(text), members, depth) === undefined;

  it.each([
    '{}',
    '{"a":1,"b":2,"c":3}',
    '{"a":["x","y","z"],"b":{"c":1}}',
    '{"a":":,{[:,{[:,{[","b":"\\":,:,:,:,"}',
    '{"a":"\\\\","b":"\\\\\\"::::"}',
    '[[[[[[[[]]]]]]]]',
    'rubbish',
    '"unfinished ::::,,,,',
  ])('is %s', (text) => {
    expect(small(text)).toBe(true);
  });

  it.each([
    '{"a":1,"b":2,"c":3,"d":4}',
    '{"a":{"b":{"c":{"d":4}}}}',
    '[1,2,3,4,5]',
    '{"a":"\\\\","b":1,"c":2,"d":3}',
    ',,,,',
    '::::',
    '[[[[[[[[[',
    '{"a":[[[[[[[[]]]]]]]]}',
  ])('is not %s', (text) => {
    expect(small(text)).toBe(false);
  });

  it('is told apart by what there is too much of', () => {
    expect(excessOfJson(Buffer.from('[[[[[[[[['), 3)).toBe('depth');
    expect(excessOfJson(Buffer.from('[1,2,3,4,5'), 3)).toBe('members');
    expect(excessOfJson(Buffer.from('[[[['), 3, 3)).toBe('depth');
  });

  it('never calls small what a parser finds more in', () => {
    const count = (value: unknown): number => {
      if (typeof value !== 'object' || value === null) return 0;
      const own = Array.isArray(value) ? 0 : Object.keys(value).length;
      return own + Object.values(value).reduce((sum: number, each) => sum + count(each), 0);
    };
    fc.assert(
      fc.property(fc.jsonValue(), fc.integer({ min: 0, max: 20 }), (value, most) => {
        if (small(JSON.stringify(value), most, 100)) expect(count(value)).toBeLessThanOrEqual(most);
      }),
    );
  });

  it('costs one pass, whatever the bytes', () => {
    const started = performance.now();
    for (const text of ['"', '\\', '"\\', '\\"', '""', 'a'])
      excessOfJson(Buffer.from(text.repeat(2_000_000 / text.length)), 64);
    expect(performance.now() - started).toBeLessThan(5000);
  });
});
