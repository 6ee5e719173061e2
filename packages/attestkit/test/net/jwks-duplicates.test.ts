import { describe, expect, it } from 'vitest';
import { jwksServer, keyPair, keys, kids, source } from './support/jwks-server.js';

const [a, b, c, rsa] = await Promise.all([keyPair('a'), keyPair('b'), keyPair('c'), keyPair('a', 'RS256')]);
const nameless = await keyPair(undefined);
/** Another key under the name of the first. */
const twin = { ...b.jwk, kid: 'a' };

describe('a kid that different keys have', () => {
  it('means none of them, and every other key stays usable', async () => {
    const server = await jwksServer(keys(a.jwk, twin, c.jwk));
    const { jwks } = source(server.url);
    expect(await kids(jwks, 'c')).toEqual(['c']);
    expect(await kids(jwks, 'a')).toEqual([]);
  });

  it.each([
    ['three different keys', [a.jwk, twin, { ...c.jwk, kid: 'a' }]],
    ['the first key again after the second', [a.jwk, twin, a.jwk]],
    ['the second key twice', [twin, a.jwk, twin]],
  ])('means none of them: %s', async (_, listed) => {
    const server = await jwksServer(keys(...listed, { ...nameless.jwk, kid: 'd' }));
    const { jwks } = source(server.url);
    expect(await kids(jwks, 'a')).toEqual([]);
    expect(await kids(jwks, 'd')).toEqual(['d']);
  });

  it('leaves several keys for a token without kid, which therefore has none', async () => {
    const server = await jwksServer(keys(a.jwk, twin, c.jwk));
    expect(await kids(source(server.url).jwks, undefined)).toEqual([]);
  });

  it('ends what its key verified before, as soon as the second one appears', async () => {
    const server = await jwksServer(keys(a.jwk, c.jwk));
    const { jwks, pass, landed } = source(server.url);
    const [[key], [other]] = [await jwks.candidates('a'), await jwks.candidates('c')];
    if (key === undefined || other === undefined) throw new Error('there is no key');
    expect([jwks.includes(key), jwks.includes(other)]).toEqual([true, true]);
    server.answer = keys(a.jwk, twin, c.jwk);
    pass(601);
    expect(jwks.includes(other)).toBe(true);
    await landed();
    expect([jwks.includes(key), jwks.includes(other)]).toEqual([false, true]);
    server.answer = keys(a.jwk, c.jwk);
    pass(601);
    jwks.includes(other);
    await landed();
    expect([jwks.includes(key), jwks.includes(other)]).toEqual([true, true]);
  });

  it('never replaces usable keys where no other key is left', async () => {
    const server = await jwksServer(keys(a.jwk));
    const { jwks, pass, landed } = source(server.url);
    const [key] = await jwks.candidates('a');
    server.answer = keys(a.jwk, twin);
    pass(601);
    expect(jwks.candidates('a')).toEqual([key]);
    await landed();
    expect(jwks.candidates('a')).toEqual([key]);
  });
});

describe('a key that is listed twice', () => {
  it.each([
    ['alike', [a.jwk, a.jwk]],
    ['with another member', [a.jwk, { ...a.jwk, use: 'sig', alg: 'ES256', x5t: 'x' }]],
    ['a hundred times', Array.from({ length: 100 }, () => a.jwk)],
    ['beside a key of another type with its kid', [a.jwk, rsa.jwk, a.jwk]],
    ['beside a key that is not for signatures, with its kid', [a.jwk, { ...twin, use: 'enc' }, a.jwk]],
  ])('%s counts once', async (_, listed) => {
    const server = await jwksServer(keys(...listed));
    const { jwks } = source(server.url);
    expect(await kids(jwks, 'a')).toEqual(['a']);
    expect(await kids(jwks, undefined)).toEqual(['a']);
  });

  it('without a kid counts once', async () => {
    const server = await jwksServer(keys(nameless.jwk, nameless.jwk));
    const { jwks } = source(server.url);
    expect(await jwks.candidates(undefined)).toHaveLength(1);
    expect(await kids(jwks, 'a')).toEqual([]);
  });

  it('under two kids answers to both, and to a token without kid not at all', async () => {
    const server = await jwksServer(keys(a.jwk, { ...a.jwk, kid: 'z' }));
    const { jwks } = source(server.url);
    expect([await kids(jwks, 'a'), await kids(jwks, 'z')]).toEqual([['a'], ['z']]);
    expect(await kids(jwks, undefined)).toEqual([]);
  });
});

describe('different keys without a kid', () => {
  it('are none for a token without kid, and leave the others usable', async () => {
    const server = await jwksServer(keys(nameless.jwk, { ...b.jwk, kid: undefined } as never, c.jwk));
    const { jwks } = source(server.url);
    expect(await kids(jwks, undefined)).toEqual([]);
    expect(await kids(jwks, 'c')).toEqual(['c']);
  });
});
