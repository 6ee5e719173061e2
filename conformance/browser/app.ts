import { createClient, type Client, type Storage } from 'attestkit-client';
import { expoAppAttest } from 'attestkit-client/expo';
import { remote } from '../bare/remote.js';

// The script of a page with sessions. An iPhone stands for the platform: what is tested is storage, locks and the network.

export interface AppSettings {
  readonly api: string;
  readonly bridge: string;
  /** Whether tabs take turns. */
  readonly hasLock: boolean;
}

const storage: Storage = {
  get: async (name) => localStorage.getItem(name),
  set: async (name, value) => localStorage.setItem(name, value),
  delete: async (name) => localStorage.removeItem(name),
};

const steps: string[] = [];

function clientOf({ api, bridge, hasLock }: AppSettings): Client {
  return createClient({
    baseUrl: api,
    audience: 'https://api.example.com',
    attester: expoAppAttest({
      isSupported: true,
      generateKeyAsync: remote(bridge, 'generateKeyAsync'),
      attestKeyAsync: remote(bridge, 'attestKeyAsync'),
      generateAssertionAsync: remote(bridge, 'generateAssertionAsync'),
    }),
    storage,
    ...(hasLock && { lock: (name, work) => navigator.locks.request(name, work) }),
    onEvent: (event) => event.type === 'step' && steps.push(`${event.rung} ${event.answer}`),
  });
}

let client: Client | undefined;

/** Asks for a path, and says the status, the ladder's steps since the last call, and the label. */
async function ask(settings: AppSettings, path: string, init: { signed?: boolean; body?: string } = {}) {
  client ??= clientOf(settings);
  const method = init.body === undefined ? 'GET' : 'POST';
  const { status } = await client.fetch(path, { ...init, method });
  return { status, steps: steps.splice(0), label: (await client.state()).label };
}

export type Ask = typeof ask;

(globalThis as { ask?: Ask }).ask = ask;
