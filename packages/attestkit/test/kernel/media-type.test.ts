import { describe, expect, it } from 'vitest';
import { isMediaType } from '../../src/kernel/jose/media-type.js';
import { otherTypes, sameType } from './support/typ-values.js';

describe.each(['JWT', 'JOSE', 'attested-session+jwt', 'kiosk+jwt'])('the media type %s', (name) => {
  it.each(sameType(name))('may be written %j', (typ) => {
    expect(isMediaType(typ, name)).toBe(true);
  });

  it.each(otherTypes(name))('is not %j', (typ) => {
    expect(isMediaType(typ, name)).toBe(false);
  });

  it('is not what a header without a type has', () => {
    expect(isMediaType(undefined, name)).toBe(false);
  });
});

it('takes no letter of another alphabet for one of ASCII, whatever the case', () => {
  const taken: string[] = [];
  for (let point = 0x80; point <= 0x1_ffff; point += 1) {
    const letter = String.fromCodePoint(point);
    for (const at of [0, 1, 2, 3]) {
      const typ = `${'kisj'.slice(0, at)}${letter}${'kisj'.slice(at + 1)}`;
      if (isMediaType(typ, 'KISJ')) taken.push(typ);
    }
  }
  expect(taken).toEqual([]);
});
