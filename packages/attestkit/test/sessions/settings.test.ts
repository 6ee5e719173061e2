import { describe, expect, it } from 'vitest';
import type { RouteOptions } from '../../src/guard/internal.js';
import { isStore } from '../../src/sessions/internal.js';
import { memoryStore } from '../../src/stores/memory.js';
import { Backend, newKey, type BackendOptions } from './support/backend.js';
import { ALONE, device, PAY, sign } from './support/signing-device.js';
import { vouching } from './support/vouching.js';

function problem(run: () => unknown): string {
  try {
    run();
    return 'accepted';
  } catch (error) {
    return String(error);
  }
}

describe('settings of devices that cannot be right', () => {
  it.each<[string, object, string]>([
    ['a misspelt option of sessions', { sessions: { expiry: 5 } }, 'is not an option of devices.sessions.'],
    ['a cache of half a token', { sessions: { cache: 0.5 } }, 'devices.sessions.cache'],
    ['a cache of more than a million', { sessions: { cache: 1_000_001 } }, 'devices.sessions.cache'],
    ['another store', { store: { query: () => undefined } }, 'devices.store is not a store'],
    [
      'a proof at refresh that names no audience',
      { sessions: { refresh: 'proof' } },
      'devices.audience is not set',
    ],
  ])('%s', (_, wrong, says) => {
    const options = { enrollment: [vouching()], audience: undefined, ...wrong } as unknown as BackendOptions;
    expect(problem(() => new Backend(options))).toContain(says);
  });

  it.each(['session', 'challenge'])('an unknown value for the %s of a signed request', (name) => {
    const { guard } = new Backend();
    const route = { signedRequest: { [name]: 'always' } } as RouteOptions;
    expect(problem(() => guard.route(route))).toContain(`signedRequest.${name} is`);
  });
});

it('a store has every method of a store', () => {
  const store = bound(memoryStore());
  expect(isStore(store)).toBe(true);
  expect(isStore(undefined)).toBe(false);
  for (const name of ['claim', 'advance', 'get', 'put', 'delete'])
    expect([name, isStore({ ...store, [name]: undefined } as never)]).toEqual([name, false]);
});

function bound(store: ReturnType<typeof memoryStore>) {
  return {
    claim: store.claim.bind(store),
    advance: store.advance.bind(store),
    get: store.get.bind(store),
    put: store.put.bind(store),
    delete: store.delete.bind(store),
  };
}

describe('a signed request', () => {
  it('in the field that stands beside a session is refused alone, on a route that takes it alone too', async () => {
    const { backend, key } = await device();
    const { xAppAttest, authorization } = sign(key, PAY);
    const check = async (fields: Record<string, string>) => {
      const decision = await backend.check({ ...PAY, fields }, ALONE);
      return decision.outcome === 'accept' ? 'accepted' : decision.error.code;
    };
    expect(await check({ 'x-app-attest': xAppAttest })).toBe('ERR_SESSION_MISSING');
    expect(await check({ authorization })).toBe('accepted');
  });

  it('by a key that never enrolled is refused as one of an unknown key', async () => {
    const { backend } = await device();
    const { authorization } = sign(newKey(), PAY);
    const decision = await backend.check({ ...PAY, fields: { authorization } }, ALONE);
    expect(decision).toMatchObject({ error: { code: 'ERR_ASSERTION_KEY_UNKNOWN' } });
  });
});

it('macOS is a platform that a policy can ask for', async () => {
  const policy = { platforms: ['macos'] } as const;
  const backend = (platform: 'macos' | 'ios') =>
    new Backend({ enrollment: [vouching({}, { platform })], policy });
  const enroll = async (server: Backend) => {
    const challenge = await server.challenge();
    return (await server.post('/attest', { challenge, device_id: 'phone-1', token: 'good' })).code;
  };
  expect(await enroll(backend('macos'))).toBeUndefined();
  expect(await enroll(backend('ios'))).toBe('ERR_POLICY_PLATFORM_DENIED');
});
