import { describe, expect, it } from 'vitest';
import {
  bytesOf,
  isDigestOf,
  readContentDigest,
} from '../../../src/kernel/http-signatures/content-digest.js';
import {
  KnownComponents,
  readSignatureField,
  signatureBase,
  signatureInput,
  type SignatureInput,
} from '../../../src/kernel/http-signatures/signature-base.js';
import { readDictionary } from '../../../src/kernel/http-signatures/structured-fields.js';

describe('the fields of signatures', () => {
  it('of two lines are one dictionary', () => {
    const field = readSignatureField(['a=("@method");created=1', 'b=()']);
    expect([...(field?.members.keys() ?? [])]).toEqual(['a', 'b']);
  });

  it.each([
    ['a label twice', ['a=("@method")', 'a=("@path")']],
    ['a parameter twice', ['a=("@method");created=1;created=2']],
    ['a parameter of a component twice', ['a=("@query-param";name="a";name="b")']],
    ['no dictionary', ['("@method")']],
  ])('are not read with %s', (_, lines) => expect(readSignatureField(lines)).toBeUndefined());

  it('whose member is an item has no input, and one that is not there has none', () => {
    const field = readSignatureField(['a=1, b=()']) as never;
    expect(signatureInput(field, 'a')).toBeUndefined();
    expect(signatureInput(field, 'c')).toBeUndefined();
    expect(signatureInput(field, 'b')).toMatchObject({ components: { items: [] }, text: '()' });
  });

  it('are signed in their one form, whatever the white space', () => {
    const field = readSignatureField(['a=( "@method"   "x";sf );created=1; keyid="k"']) as never;
    expect(signatureInput(field, 'a')?.text).toBe('("@method" "x";sf);created=1;keyid="k"');
  });

  it('without a value for a component have no base', () => {
    const field = readSignatureField(['a=("@method" "x")']) as never;
    const built = signatureBase(signatureInput(field, 'a') as never, { method: 'GET', fields: () => [] });
    expect(built).toEqual({ absent: '"x"' });
  });
});

describe('components', () => {
  const of = (list: string) => {
    const field = readSignatureField([`a=${list}`]) as never;
    return (signatureInput(field, 'a') as SignatureInput).components;
  };

  it('have their names, and apart those without parameters', () => {
    const components = of('("@method" "@query-param";name="a" "x";sf)');
    expect(components.ids).toEqual(['"@method"', '"@query-param";name="a"', '"x";sf']);
    expect([...components.plain]).toEqual(['@method']);
    expect(components.text).toBe('("@method" "@query-param";name="a" "x";sf)');
  });

  it.each([
    ['("a" "b")', true],
    ['()', true],
    ['("a" "b" "a")', false],
    ['("@query-param";name="a" "@query-param";name="b")', true],
    ['("@query-param";name="a" "@query-param";name="a")', false],
    ['("a" "a";sf)', true],
  ])('%s are distinct: %s', (list, areDistinct) => expect(of(list).areDistinct).toBe(areDistinct));

  it.each([
    ['("@method" "a")', true],
    ['("@method" "a";sf)', false],
    ['("@unknown")', false],
    ['("a" 1)', false],
  ])('%s are supported: %s', (list, areSupported) => expect(of(list).areSupported).toBe(areSupported));
});

describe('components that are known', () => {
  const remembering = (...lists: readonly string[]) => {
    const known = new KnownComponents();
    for (const list of lists) {
      const field = readSignatureField([`a=${list}`]) as never;
      known.remember((signatureInput(field, 'a') as SignatureInput).components);
    }
    return known;
  };
  const read = (text: string, known?: KnownComponents) => {
    const field = readSignatureField([text], known);
    return field && signatureInput(field, 'a');
  };
  const PAIR = '("@method" "x")';

  it('are not read again, and their parameters are', () => {
    const known = remembering(PAIR);
    const input = read(`a=${PAIR};created=7`, known);
    expect(input?.components).toBe(read(`a=${PAIR};created=8`, known)?.components);
    expect(input).toEqual(read(`a=${PAIR};created=7`));
    expect(input?.text).toBe(`${PAIR};created=7`);
  });

  it.each([
    `a=${PAIR};created=1;created=2`,
    `a=${PAIR}x`,
    `a=${PAIR}, a=()`,
    'a=("@method" "x"',
    'a=("@method" "x" "y")',
    'a=( "@method" "x")',
    'a=("x" "@method")',
    'a=(")")',
    'a=("@query-param";name="x)")',
    'a=("@query-param";name="x")");created=1',
  ])('change nothing about what %s is', (text) => {
    const known = remembering(PAIR, '("@query-param";name="x")', '("@query-param";name="x)")', '()');
    expect(read(text, known)).toEqual(read(text));
  });
});

describe('the bytes of a member', () => {
  const member = (text: string) => readDictionary(`a=${text}`)?.members.get('a');

  it('are those of a byte sequence, or of text in base64 if that is allowed', () => {
    expect(bytesOf(member(':AAEC:'), false)).toEqual(Buffer.from([0, 1, 2]));
    expect(bytesOf(member('"AAEC"'), true)).toEqual(Buffer.from([0, 1, 2]));
    expect(bytesOf(member('"AAEC"'), false)).toBeUndefined();
  });

  it.each(['AAEC', '1', '(:AAEC:)', '?1'])('are not read from %s', (text) => {
    expect(member(text)).toBeDefined();
    expect(bytesOf(member(text), true)).toBeUndefined();
  });

  it('are not those of no member', () => expect(bytesOf(undefined, true)).toBeUndefined());
});

describe('Content-Digest (RFC 9530)', () => {
  const SHA256 = 'sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:';
  const body = Buffer.from('{"hello": "world"}');

  it('has every digest that is known compared, and others passed over', () => {
    const right = readContentDigest([`${SHA256}, md5=:AAAA:`]) ?? [];
    expect(right).toHaveLength(1);
    expect(isDigestOf(right, body)).toBe(true);
    const one = readContentDigest([SHA256, `sha-512=:${Buffer.alloc(64).toString('base64')}:`]) ?? [];
    expect(one).toHaveLength(2);
    expect(isDigestOf(one, body)).toBe(false);
  });

  it.each([
    ['nothing', []],
    ['no digest that is known', ['md5=:AAAA:']],
    ['a name of Object', ['constructor=:AAAA:']],
    ['a key twice', [SHA256, SHA256]],
    ['text', ['sha-256="X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE="']],
    ['an inner list', ['sha-256=(:AAAA:)']],
    ['hexadecimal', ['sha-256=5f8f04f6']],
    ['base64 without padding', ['sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE:']],
  ])('is not read with %s', (_, lines) => expect(readContentDigest(lines)).toBeUndefined());

  it('as text is read if that is allowed', () => {
    const text = 'sha-256="X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE="';
    const digests = readContentDigest([text], true) ?? [];
    expect(digests).toHaveLength(1);
    expect(isDigestOf(digests, body)).toBe(true);
    expect(isDigestOf(digests, Buffer.from('other'))).toBe(false);
    expect(readContentDigest([SHA256], true)).toEqual(digests);
    for (const digest of ['"%%"', 'AAAA', '1', '?1', '@1', '%"AAAA"', '("AAAA")'])
      expect(readContentDigest([`sha-256=${digest}`], true)).toBeUndefined();
  });

  it('of another length is not the body’s', () => {
    expect(isDigestOf(readContentDigest(['sha-256=::']) ?? [], body)).toBe(false);
  });
});
