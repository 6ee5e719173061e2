import { expect, it } from 'vitest';
import { jwksServer, keyPair, keys, kids, source, text, unavailable } from './support/jwks-server.js';

const [a, b] = await Promise.all([keyPair('a'), keyPair('b')]);
const DAY = 86_400;

it('serves keys through an outage of 24 hours, is unavailable after that, and recovers without a restart', async () => {
  const server = await jwksServer(keys(a.jwk));
  const { jwks, pass, fetches, landed } = source(server.url);
  const [key] = await jwks.candidates('a');
  if (key === undefined) throw new Error('there is no key');
  server.answer = text('', 502);
  for (let hour = 1; hour <= 24; hour += 1) {
    pass(3600);
    expect(jwks.candidates('a')).toEqual([key]);
    await landed();
    expect(jwks.includes(key)).toBe(true);
    expect(fetches()).toBe(1 + hour);
  }

  pass(0.001);
  expect(jwks.includes(key)).toBe(false);
  const refusal = { code: 'ERR_JWKS_UNAVAILABLE', stage: 'unavailable', retryAfter: 30 };
  expect(() => jwks.candidates('a')).toThrow(expect.objectContaining(refusal));
  expect(() => jwks.candidates('unknown')).toThrow(expect.objectContaining(refusal));
  expect(fetches()).toBe(25);
  pass(30);
  expect((await unavailable(jwks)).cause.message).toBe('the answer has the HTTP status 502');
  expect(fetches()).toBe(26);

  server.answer = keys(b.jwk, a.jwk);
  pass(30);
  const recovered = await jwks.candidates('a');
  expect(recovered[0]).toBe(key);
  expect(jwks.includes(key)).toBe(true);
  expect(await kids(jwks, 'b')).toEqual(['b']);
});

it('fetches at once when a day without tokens ends, and waits for the answer', async () => {
  const server = await jwksServer(keys(a.jwk));
  const { jwks, pass, fetches } = source(server.url);
  await kids(jwks, 'a');
  server.answer = keys(b.jwk);
  pass(DAY + 1);
  const candidates = jwks.candidates('a');
  expect(candidates).toBeInstanceOf(Promise);
  expect(await candidates).toEqual([]);
  expect(await kids(jwks, 'b')).toEqual(['b']);
  expect(fetches()).toBe(2);
});

it('takes maxStaleSeconds of less than a day at its word, whatever the cooldown', async () => {
  const server = await jwksServer(keys(a.jwk));
  const { jwks, pass, fetches, landed } = source(server.url, {
    maxAgeSeconds: 10,
    maxStaleSeconds: 20,
    cooldownSeconds: 60,
  });
  const [key] = await jwks.candidates('a');
  pass(20);
  expect(key !== undefined && jwks.includes(key)).toBe(true);
  expect(await jwks.candidates('a')).toEqual([key]);
  await landed();
  expect(fetches()).toBe(2);
  pass(20.001);
  server.answer = text('', 500);
  expect(key !== undefined && jwks.includes(key)).toBe(false);
  const error = await unavailable(jwks);
  expect(error.retryAfter).toBe(60);
  expect(fetches()).toBe(3);
});

it('is unavailable when the keys become too old while an unknown kid is looked up in vain', async () => {
  const server = await jwksServer(keys(a.jwk));
  const { jwks, pass, landed } = source(server.url);
  await kids(jwks, 'a');
  server.answer = text('', 500);
  pass(DAY - 40);
  jwks.candidates('a');
  await landed();
  pass(40);
  const candidates = jwks.candidates('b');
  pass(1);
  await expect(candidates).rejects.toMatchObject({ code: 'ERR_JWKS_UNAVAILABLE', stage: 'unavailable' });
});

it('counts a cooldown from the end of the fetch that failed', async () => {
  const server = await jwksServer(() => undefined);
  const { jwks, pass, fetches } = source(server.url, { timeoutMs: 50, cooldownSeconds: 5 });
  const failed = unavailable(jwks);
  pass(20);
  expect((await failed).retryAfter).toBe(5);
  pass(3.5);
  expect((await unavailable(jwks)).retryAfter).toBe(2);
  expect(fetches()).toBe(1);
});

it('does not wait longer for a clock that was set back', async () => {
  const server = await jwksServer(text('', 500));
  const { jwks, pass, fetches } = source(server.url);
  await unavailable(jwks);
  server.answer = keys(a.jwk);
  pass(-3600);
  expect(await kids(jwks, 'a')).toEqual(['a']);
  expect(fetches()).toBe(2);
});

it('forgets a failure once a fetch succeeds: keys that are due need wait for no cooldown', async () => {
  const server = await jwksServer(text('', 500));
  const { jwks, pass, fetches } = source(server.url, { maxAgeSeconds: 10, cooldownSeconds: 60 });
  await unavailable(jwks);
  server.answer = keys(a.jwk);
  pass(60);
  await kids(jwks, 'a');
  pass(11);
  expect(jwks.candidates('a')).toHaveLength(1);
  expect(fetches()).toBe(3);
});

it('does not let a clock that was set back keep keys in use for ever', async () => {
  const server = await jwksServer(keys(a.jwk));
  const { jwks, pass, landed } = source(server.url);
  const [key] = await jwks.candidates('a');
  if (key === undefined) throw new Error('no key');
  server.answer = text('', 500);
  pass(-10 * 365 * 86_400);
  expect(jwks.includes(key)).toBe(true);
  await landed();
  pass(86_400 - 601);
  expect(jwks.includes(key)).toBe(true);
  await landed();
  pass(2);
  expect(jwks.includes(key)).toBe(false);
});

it('does not let a clock that was set back make keys younger', async () => {
  const server = await jwksServer(keys(a.jwk));
  const { jwks, pass, landed } = source(server.url);
  const [key] = await jwks.candidates('a');
  if (key === undefined) throw new Error('no key');
  server.answer = text('', 500);
  pass(DAY - 60);
  expect(jwks.includes(key)).toBe(true);
  await landed();
  pass(-60);
  expect(jwks.includes(key)).toBe(true);
  await landed();
  pass(121);
  expect(jwks.includes(key)).toBe(false);
});
