import { describe, expect, it } from 'vitest';
import {
  bytesOf,
  isDigestOf,
  readContentDigest,
} from '../../../src/kernel/http-signatures/content-digest.js';
import {
  readSignatureField,
  signatureBase,
  signatureInput,
} from '../../../src/kernel/http-signatures/signature-base.js';
import { readDictionary, readItem } from '../../../src/kernel/http-signatures/structured-fields.js';

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
    expect(signatureInput(field, 'b')).toMatchObject({ components: [], text: '()' });
  });

  it('are signed in their one form, whatever the white space', () => {
    const field = readSignatureField(['a=( "@method"   "x";sf );created=1; keyid="k"']) as never;
    expect(signatureInput(field, 'a')?.text).toBe('("@method" "x";sf);created=1;keyid="k"');
  });

  it('without a value for a component have no base', () => {
    const field = readSignatureField(['a=("@method" "x")']) as never;
    const built = signatureBase(signatureInput(field, 'a') as never, { method: 'GET', fields: () => [] });
    expect(built).toEqual({ absent: readItem('"x"') });
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
