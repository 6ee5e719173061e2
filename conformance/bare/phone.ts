import { createClient, type Attester } from 'attestkit-client';
import { expoAppAttest, expoKeyAttestation } from 'attestkit-client/expo';
import { appCheckToken } from 'attestkit-client/react-native-firebase';
import { BODY, type Outcome, type Stripped } from './outcome.js';
import { remote } from './remote.js';

// The second script on the other runtime, without most globals: an app, whose bridges reach the platform over HTTP.

const world = globalThis as unknown as Record<string, unknown>;
const { settings, left, getRandomBytes } = world['bareStripped'] as Stripped;

// Node 20, whose types are used here, does not have it.
declare const navigator: unknown;

/** By their names alone, as code uses them. */
const TYPES: Readonly<Record<string, string>> = {
  AbortController: typeof AbortController,
  AbortSignal: typeof AbortSignal,
  Buffer: typeof Buffer,
  TextDecoder: typeof TextDecoder,
  TextEncoder: typeof TextEncoder,
  URL: typeof URL,
  URLSearchParams: typeof URLSearchParams,
  atob: typeof atob,
  btoa: typeof btoa,
  navigator: typeof navigator,
  performance: typeof performance,
  process: typeof process,
  structuredClone: typeof structuredClone,
  crypto: settings.hasRandom ? typeof crypto : typeof crypto.subtle,
};
const seen = Object.keys(TYPES).filter(
  (name) => TYPES[name] !== 'undefined' || (name !== 'crypto' && world[name] !== undefined),
);

const call = <T>(name: string): ReturnType<typeof remote<T>> => remote<T>(settings.bridge, name);

const ATTESTERS: Readonly<Record<typeof settings.phone, () => Attester>> = {
  iPhone: () =>
    expoAppAttest({
      isSupported: true,
      generateKeyAsync: call('generateKeyAsync'),
      attestKeyAsync: call('attestKeyAsync'),
      generateAssertionAsync: call('generateAssertionAsync'),
    }),
  Android: () =>
    expoKeyAttestation(
      {
        isHardwareAttestationSupportedAsync: async () => true,
        generateHardwareAttestedKeyAsync: call('generateHardwareAttestedKeyAsync'),
        getAttestationCertificateChainAsync: call('getAttestationCertificateChainAsync'),
      },
      { sign: call('sign'), deleteKey: call('deleteKey') },
    ),
  'web page': () =>
    appCheckToken({ getToken: call('getToken'), getLimitedUseToken: call('getLimitedUseToken') }),
};

async function outcome(): Promise<Outcome> {
  const answers: [string, number, unknown][] = [];
  const steps: string[] = [];
  const labels: [string | null, string | null] = [null, null];
  const values = new Map<string, string>();
  const said = { left, seen, answers, steps, labels };
  try {
    const client = createClient({
      baseUrl: settings.api,
      audience: 'https://api.example.com',
      attester: ATTESTERS[settings.phone](),
      storage: {
        get: async (name) => values.get(name),
        set: async (name, value) => void values.set(name, value),
        delete: async (name) => void values.delete(name),
      },
      onEvent: (event) => event.type === 'step' && steps.push(`${event.rung} ${event.answer}`),
      ...(settings.hasRandom && { random: getRandomBytes }),
    });
    const ask = async (path: string, init?: Parameters<typeof client.fetch>[1]): Promise<void> => {
      const response = await client.fetch(path, init);
      answers.push([path, response.status, await response.json()]);
    };
    if (settings.phone === 'web page') {
      await ask('/app');
      await ask('/app', { method: 'POST', body: BODY });
      return said;
    }
    await client.ready();
    await ask('/session');
    const headers = { 'content-type': 'application/json' };
    await ask('/signed', { method: 'POST', headers, body: BODY, signed: true });
    await client.ready({ renew: true });
    await ask('/session');
    labels[0] = (await client.state()).label ?? null;
    await client.forget();
    labels[1] = (await client.state()).label ?? null;
    return said;
  } catch (error) {
    return { ...said, error: `${(error as Error).stack ?? error} ${String((error as Error).cause)}` };
  }
}

world['bareOutcome'] = outcome();
