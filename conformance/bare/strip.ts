import type { webcrypto } from 'node:crypto';
import type { Settings, Stripped } from './outcome.js';

// The first script on the other runtime: it deletes the globals that a phone may not have. No code of the client has run yet.

const ALWAYS = [
  'AbortController',
  'AbortSignal',
  'Buffer',
  'TextDecoder',
  'TextEncoder',
  'URL',
  'URLSearchParams',
  'atob',
  'btoa',
  'navigator',
  'performance',
  'process',
  'structuredClone',
];

const world = globalThis as unknown as Record<string, unknown>;
const settings = world['bareSettings'] as Settings;
const crypto = world['crypto'] as webcrypto.Crypto;
const getRandomValues = crypto.getRandomValues.bind(crypto);

// Some runtimes load their own `fetch` with the first use of it.
void new Response();

const names = settings.hasRandom ? [...ALWAYS, 'crypto'] : ALWAYS;
for (const name of names) if (!settings.hidden.includes(name)) Reflect.deleteProperty(world, name);
if (!settings.hasRandom) Object.defineProperty(world, 'crypto', { value: { getRandomValues } });

const stripped: Stripped = {
  settings,
  left: names.filter((name) => world[name] !== undefined),
  getRandomBytes: (length) => getRandomValues(new Uint8Array(length)),
};
world['bareStripped'] = stripped;
