import * as fc from 'fast-check';
import { base64url } from 'jose';
import { describe, expect, it } from 'vitest';
import { typesLike } from '../../src/mutators/media-types.js';
import { readBase64 } from '../../src/readers/base64.js';
import { isObject, member, readObject } from '../../src/readers/json.js';
import { isTyp } from '../../src/readers/media-type.js';

describe('the reader of base64', () => {
  it('reads what node and jose write', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 100 }), (octets) => {
        const bytes = Buffer.from(octets);
        expect(readBase64(bytes.toString('base64'))).toEqual(bytes);
        expect(readBase64(base64url.encode(octets))).toEqual(bytes);
      }),
    );
  });

  it('writes what it read in one of the two forms, or has read nothing', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'AQgwZz09+/-_= \n.é') }), (text) => {
        const bytes = readBase64(text);
        expect(
          bytes === undefined || [bytes.toString('base64'), base64url.encode(bytes)].includes(text),
        ).toBe(true);
      }),
    );
  });

  it.each([
    ['nothing', ''],
    ['padding too little', 'QQ='],
    ['padding too much', 'QUFB='],
    ['unused bits', 'QR=='],
    ['unused bits without padding', 'QR'],
    ['both alphabets', '+_+_'],
    ['the alphabet for URLs with padding', '-_8='],
    ['the standard alphabet without padding', '+/8'],
    ['a line break', 'QUFB\n'],
    ['a space', 'QU FB'],
    ['another character', 'QUF!'],
    ['one character', 'Q'],
  ])('refuses %s', (_, text) => {
    expect(readBase64(text)).toBeUndefined();
  });
});

describe('the reader of JSON', () => {
  it('reads an object in UTF-8, and nothing else', () => {
    expect(readObject(Buffer.from(' {"a":[1]}\n'))).toEqual({ a: [1] });
    for (const text of ['', 'null', '[]', '1', '{', '{}{}', '\ufeff{}'])
      expect(readObject(Buffer.from(text))).toBeUndefined();
    for (const hex of ['7b2261223a22ff227d', '7b2261223a22eda080227d', '7b2261223a22c080227d'])
      expect(readObject(Buffer.from(hex, 'hex'))).toBeUndefined();
  });

  it('finds members of the object itself alone', () => {
    const object: unknown = JSON.parse('{"a":1,"__proto__":2}');
    expect([member(object, 'a'), member(object, '__proto__')]).toEqual([1, 2]);
    expect(member(object, 'toString')).toBeUndefined();
    for (const value of [null, undefined, 1, 'length', ['a']])
      expect(member(value, 'length')).toBeUndefined();
    expect([{}, [], null, 'x'].map(isObject)).toEqual([true, false, false, false]);
  });
});

describe('the reader of typ', () => {
  it.each(['JWT', 'jwt', 'application/JWT', 'APPLICATION/jwt'])('knows %s', (typ) => {
    expect(isTyp(typ, 'JWT')).toBe(true);
  });

  it.each(['', 'JW', 'JWTX', 'text/JWT', 'JWT;x', 'JWT ', 'application/application/JWT', '\uff2aWT'])(
    'does not know %s',
    (typ) => {
      expect(isTyp(typ, 'JWT')).toBe(false);
    },
  );

  it('takes every character of the name as it is', () => {
    expect(isTyp('attested-session+jwt', 'attested-session+jwt')).toBe(true);
    expect(isTyp('attested-sessionnjwt', 'attested-session+jwt')).toBe(false);
    expect(isTyp(['JWT'], 'JWT')).toBe(false);
  });

  it('knows some of those that look like it, and not the others', () => {
    const known = typesLike('JWT').map(({ typ }) => isTyp(typ, 'JWT'));
    expect(known).toContain(true);
    expect(known).toContain(false);
  });
});
