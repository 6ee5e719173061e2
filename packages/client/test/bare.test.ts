import { randomBytes } from 'node:crypto';
import { createContext, runInContext } from 'node:vm';
import { rolldown } from 'rolldown';
import { expect, it } from 'vitest';
import type * as ClientModule from 'attestkit-client';
import { memoryStorage } from 'attestkit-client/testing';
import { phones } from './support/phones.js';
import { AUDIENCE, clock, testServer } from './support/server.js';

/** All that a runtime gives: the language, and these. */
const GLOBALS = { setTimeout, clearTimeout, Headers };

const bundle = rolldown({
  input: new URL('../src/index.ts', import.meta.url).pathname,
  platform: 'neutral',
});

/** The client in a world of its own. */
async function bareClient(more: object = {}): Promise<typeof ClientModule> {
  const { output } = await (await bundle).generate({ format: 'cjs' });
  const context = createContext({ ...GLOBALS, ...more, exports: {} });
  const missing =
    'crypto Buffer structuredClone AbortSignal URL TextEncoder atob btoa process navigator performance fetch';
  for (const name of missing.split(' ')) expect(runInContext(`typeof ${name}`, context)).toBe('undefined');
  runInContext(output[0].code, context);
  return runInContext('exports', context) as typeof ClientModule;
}

it.each(phones)('works on $name where much of the web is missing', async ({ make, isKeyed }) => {
  const { createClient } = await bareClient();
  const server = testServer();
  const client = createClient({
    baseUrl: AUDIENCE,
    audience: AUDIENCE,
    attester: make().attester,
    storage: memoryStorage(),
    random: (length) => randomBytes(length),
    clock: { wall: () => clock.now, monotonic: () => clock.now },
    fetch: (url, init) => server.fetch(new Request(url, init)),
  });
  expect((await client.fetch('/balance')).status).toBe(200);
  if (!isKeyed) return;
  const response = await client.fetch('/transfers', { method: 'POST', body: '{"ä":1}', signed: true });
  expect(await response.json()).toMatchObject({ body: '{"ä":1}' });
});

it('says what it needs: randomness, and a fetch', async () => {
  const { createClient } = await bareClient();
  const options = {
    baseUrl: AUDIENCE,
    audience: AUDIENCE,
    attester: phones[0]?.make().attester as never,
    storage: memoryStorage(),
  };
  expect(() => createClient({ ...options, fetch: async () => new Response() })).toThrow(/random/);
  expect(() => createClient({ ...options, random: (length) => randomBytes(length) })).toThrow(/fetch/);
});
