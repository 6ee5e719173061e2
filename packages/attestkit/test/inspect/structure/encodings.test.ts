import { describe, expect, it } from 'vitest';
import { dissectEvidence, type EvidencePart } from '../../../src/inspect/index.js';
import { base64 } from '../support/android-files.js';
import { at, misplaced } from './support/tree.js';

function tokenPart(token: string): EvidencePart {
  const [part] = dissectEvidence({ kind: 'approov-token', file: { token } });
  if (part === undefined) throw new Error('no part');
  return part;
}

const jws = (header: string, payload: string): EvidencePart => {
  const text = [header, payload].map((each) => Buffer.from(each).toString('base64url')).join('.');
  return tokenPart(`${text}.AAAA`);
};

describe('a token', () => {
  it('has its members at the characters that encode them', () => {
    const part = jws('{"alg":"HS256"}', '{"exp":1780315200,"a":[1,{"b":"é"}]}');
    const exp = at(part, 'payload', 'exp');
    expect(exp).toMatchObject({ type: 'number', value: '1780315200', meaning: '2026-06-01T12:00:00.000Z' });
    const text = Buffer.from(part.bytes, 'base64').toString('latin1');
    const payload = at(part, 'payload');
    // Whole groups of four characters around the member decode to it, and to its neighbors.
    const from = exp.offset - ((exp.offset - payload.offset) % 4);
    const decoded = Buffer.from(text.slice(from, exp.offset + exp.length + 2), 'base64url').toString();
    expect(decoded).toContain('1780315200');
    expect(at(part, 'payload', 'a', '1', 'b').value).toBe('é');
    expect(at(part, 'signature').meaning).toBe('3 bytes');
    expect([part.problem, misplaced(part)]).toEqual([undefined, []]);
  });

  it.each<[string, string]>([
    ['{"a":1,"a":2}', 'the member "a" at'],
    ['{"__proto__":1,"__proto__":2}', 'the member "__proto__" at'],
    ['{"a":1}x', 'something follows'],
    ['{"a" 1}', 'a name is missing'],
    ['{"a":}', 'a value is missing'],
    ['{"a":1 "b":2}', '} or , is missing'],
    ['{"a":"\\x"}', 'the string cannot be read'],
    ['{"a":"\n"}', 'the string cannot be read'],
    ['{"a":tru}', 'a value is missing'],
    ['hello', 'is not JSON'],
    ['', 'is not JSON'],
  ])('with a payload that is malformed says where: %j', (payload, problem) => {
    const part = jws('{}', payload);
    expect(part.problem).toContain(problem);
    expect(misplaced(part)).toEqual([]);
  });

  it('ends what encloses a fault with the payload', () => {
    const part = jws('{}', '{"a":[1,x],"b":2}');
    const [payload, list] = [at(part, 'payload'), at(part, 'payload', 'a')];
    expect(list.offset + list.length).toBe(payload.offset + payload.length);
    expect(payload.children.map(({ label }) => label)).toEqual(['a']);
  });

  it('has prototype names as members like others', () => {
    const part = jws('{}', '{"__proto__":{"constructor":1},"toString":2,"hasOwnProperty":null}');
    expect(part.problem).toBeUndefined();
    expect(at(part, 'payload', '__proto__', 'constructor').value).toBe('1');
    expect(at(part, 'payload', 'toString').value).toBe('2');
    expect({}.constructor).toBe(Object);
  });

  it('writes halves of characters as escapes, and cuts none', () => {
    const part = jws('{}', `{"a":"\\ud800x","b":"${'😀'.repeat(300)}","c":"${'x'.repeat(399)}😀y"}`);
    expect(at(part, 'payload', 'a').value).toBe('\\ud800x');
    for (const name of ['b', 'c']) {
      const { value = '' } = at(part, 'payload', name);
      expect(value.length).toBeLessThanOrEqual(400);
      expect(value.endsWith('…')).toBe(true);
      expect(value).not.toMatch(/\p{Cs}/u);
    }
  });

  it.each<[string, string]>([
    ['a', 'it has one segment'],
    ['e30.e30.AA.AA', 'it has too many segments'],
    ['e30.e30', 'it has two segments'],
    ['e30.e!30.AA', 'the payload is not base64url at 5'],
    ['e30.e30.A A', 'the signature is not base64url at 9'],
    ['é.e30.AA', 'the header is not base64url at 0'],
  ])('of another form says so: %s', (token, problem) => {
    const part = tokenPart(token);
    expect(part.problem).toContain(problem);
    expect(misplaced(part)).toEqual([]);
  });
});

describe('CBOR', () => {
  const read = (hex: string) => {
    const assertion = base64(Buffer.from(hex, 'hex'));
    const [part] = dissectEvidence({ kind: 'app-attest-assertion', file: { assertion } });
    if (part === undefined) throw new Error('no part');
    expect(misplaced(part)).toEqual([]);
    return part;
  };

  it.each<[string, string, string, string | undefined]>([
    ['1903e8', 'unsigned', '1000', undefined],
    ['1bffffffffffffffff', 'unsigned', '18446744073709551615', undefined],
    ['3bffffffffffffffff', 'negative', '-18446744073709551616', undefined],
    ['1800', 'unsigned', '0', undefined],
    ['63616263', 'text', 'abc', undefined],
    ['43616263', 'bytes', '616263', '"abc"'],
    ['f5', 'simple', 'true', undefined],
    ['f6', 'simple', 'null', undefined],
    ['f93c00', 'float', '1', undefined],
    ['fbc010666666666666', 'float', '-4.1', undefined],
    ['f97c00', 'float', 'Infinity', undefined],
  ])('%s is %s', (hex, type, value, meaning) => {
    expect(read(hex).root).toMatchObject({ offset: 0, length: hex.length / 2, type, value, meaning });
    expect(read(hex).problem).toBeUndefined();
  });

  it('shows indefinite lengths', () => {
    const part = read('bf61619f01ff61625f41014102ffff');
    expect(part.root?.type).toBe('map, indefinite length');
    expect(at(part, 'a').children.map(({ type }) => type)).toEqual(['unsigned', 'break']);
    expect(at(part, 'b').children.map(({ value }) => value)).toEqual(['01', '02', undefined]);
    expect(part.problem).toBeUndefined();
  });

  it('shows both values of a key that is there twice, and any key', () => {
    const twice = read('a2616101616102');
    expect(twice.root?.children.map(({ label, value }) => [label, value])).toEqual([
      ['a', '1'],
      ['a', '2'],
    ]);
    expect(twice.problem).toBe('the key text a at 4 is there twice');
    const names = read(`a2${'695f5f70726f746f5f5f'}01${'6b636f6e7374727563746f72'}02`);
    expect(names.root?.children.map(({ label }) => label)).toEqual(['__proto__', 'constructor']);
    expect(names.problem).toBeUndefined();
    expect(read('a1810102').root?.children.map(({ label }) => label)).toEqual(['key', 'value']);
    expect(read('a201006131f6').problem).toBeUndefined();
  });

  it('shows text that is not Unicode', () => {
    expect(read('63eda080').root?.value).toMatch(/^\ufffd+$/);
    expect(read('61ff').root?.value).toBe('\ufffd');
  });
});
