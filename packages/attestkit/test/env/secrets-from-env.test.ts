import { describe, expect, it } from 'vitest';
import { appAttest } from '../../src/app-attest/index.js';
import { guardFromEnv, type Environment } from '../../src/env/index.js';
import type { EndpointEvent, Guard } from '../../src/index.js';
import { ConfigurationError } from '../../src/kernel/errors.js';
import { memoryStore } from '../../src/stores/memory.js';
import { APP_ID, AUDIENCE, apple, newSecret, requestOf } from '../sessions/support/backend.js';

const [CURRENT, PREVIOUS, HASH] = [newSecret(), newSecret(), newSecret()];
const FASTAPI = '09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7';
const SOUND = {
  evidence: [appAttest({ appIds: [APP_ID], roots: [apple.attestationRoot, apple.receiptRoot] })],
  audience: AUDIENCE,
};
const store = memoryStore();

type FromEnv = NonNullable<Parameters<typeof guardFromEnv>[0]>;
type Options = NonNullable<FromEnv['devices']> & Pick<FromEnv, 'log' | 'onEvent'>;

function make(env: Environment, options: Options = {}): Guard {
  const { log = () => undefined, onEvent, ...devices } = options;
  return guardFromEnv({ env, log, ...(onEvent && { onEvent }), devices: { ...SOUND, store, ...devices } });
}

function complaint(env: Environment, options: Options = {}): ConfigurationError {
  try {
    make(env, options);
  } catch (error) {
    if (error instanceof ConfigurationError) return error;
    throw error;
  }
  throw new Error('it was accepted');
}

/** Whether one guard takes the challenges of another. */
async function takes(taker: Guard, giver: Guard): Promise<boolean> {
  const target = '/device/challenge?device_id=phone-1';
  const { body = '{}' } = (await giver.answer(requestOf({ target }), '/challenge')) ?? {};
  const { challenge } = JSON.parse(body) as { challenge: string };
  const key = apple.createIPhone({ appId: APP_ID, now: () => Date.now() }).generateKey();
  const attestation = Buffer.from(key.attest({ challenge })).toString('base64');
  const sent = JSON.stringify({ challenge, device_id: 'phone-1', key_id: key.keyId, attestation });
  const fields = { 'content-type': 'application/json' };
  const request = requestOf({ method: 'POST', target: '/device/attest', fields, body: sent });
  const answer = await taker.answer(request, '/attest');
  return answer?.status === 200;
}

describe('JWT_SECRET_PREVIOUS', () => {
  it('verifies, and never signs', async () => {
    const both = make({ JWT_SECRET: CURRENT, JWT_SECRET_PREVIOUS: PREVIOUS }, { store: memoryStore() });
    expect(await takes(both, make({ JWT_SECRET: PREVIOUS }))).toBe(true);
    const current = make({ JWT_SECRET: CURRENT }, { store: memoryStore() });
    expect(await takes(current, both)).toBe(true);
    const previous = make({ JWT_SECRET: PREVIOUS }, { store: memoryStore() });
    expect(await takes(previous, both)).toBe(false);
  });

  it.each<[string, Environment, Options, string, RegExp]>([
    [
      'a list of secrets',
      { JWT_SECRET: `${CURRENT},${PREVIOUS}` },
      {},
      'JWT_SECRET',
      /has a comma.*JWT_SECRET_PREVIOUS/,
    ],
    ['a comma at the end', { JWT_SECRET: `${CURRENT},` }, {}, 'JWT_SECRET', /has a comma/],
    [
      'a list of previous ones',
      { JWT_SECRET: CURRENT, JWT_SECRET_PREVIOUS: `${PREVIOUS},${HASH}` },
      {},
      'JWT_SECRET_PREVIOUS',
      /has a comma.*one secret/,
    ],
    ['no current one', { JWT_SECRET_PREVIOUS: PREVIOUS }, {}, 'JWT_SECRET', /is not set/],
    [
      'nothing in it',
      { JWT_SECRET: CURRENT, JWT_SECRET_PREVIOUS: '' },
      {},
      'JWT_SECRET_PREVIOUS',
      /is empty/,
    ],
    [
      'the current one',
      { JWT_SECRET: CURRENT, JWT_SECRET_PREVIOUS: CURRENT },
      {},
      'JWT_SECRET_PREVIOUS',
      /same secret as JWT_SECRET/,
    ],
    [
      'the current one in hexadecimal',
      { JWT_SECRET: CURRENT, JWT_SECRET_PREVIOUS: Buffer.from(CURRENT).toString('hex') },
      {},
      'JWT_SECRET_PREVIOUS',
      /same secret as JWT_SECRET/,
    ],
    [
      'a short one',
      { JWT_SECRET: CURRENT, JWT_SECRET_PREVIOUS: 'x7Kq' },
      {},
      'JWT_SECRET_PREVIOUS',
      /has 4 bytes/,
    ],
    [
      'words',
      { JWT_SECRET: CURRENT, JWT_SECRET_PREVIOUS: 'acme-prod-2025-jwt-signing-key-01' },
      {},
      'JWT_SECRET_PREVIOUS',
      /reads like words/,
    ],
    [
      'the option secret beside it, which would win',
      { JWT_SECRET_PREVIOUS: PREVIOUS },
      { secret: CURRENT },
      'JWT_SECRET_PREVIOUS',
      /beside the option devices\.secret/,
    ],
    [
      'a published secret',
      { JWT_SECRET: FASTAPI },
      { allowPublishedSecret: false },
      'JWT_SECRET',
      /published/,
    ],
    [
      'the secret of Approov',
      { JWT_SECRET: CURRENT, APPROOV_BASE64_SECRET: Buffer.from(CURRENT).toString('base64') },
      {},
      'JWT_SECRET',
      /evidence uses too/,
    ],
    [
      'the secret of Approov as the previous one',
      {
        JWT_SECRET: CURRENT,
        JWT_SECRET_PREVIOUS: Buffer.from(PREVIOUS).toString('hex'),
        APPROOV_BASE64URL_SECRET: Buffer.from(PREVIOUS).toString('base64url'),
      },
      {},
      'JWT_SECRET',
      /evidence uses too/,
    ],
  ])('with %s fails at start-up', (_, env, options, variable, message) => {
    const error = complaint(env, options);
    expect([error.variable, error.message]).toEqual([variable, expect.stringMatching(message)]);
    for (const secret of [CURRENT, PREVIOUS]) expect(error.message).not.toContain(secret);
  });
});

it('JWT_SECRET_PREVIOUS alone asks for sessions, which need more', () => {
  const env = { JWT_SECRET_PREVIOUS: PREVIOUS };
  expect(() => guardFromEnv({ env })).toThrow(expect.objectContaining({ variable: 'JWT_SECRET' }) as Error);
});

describe('ATTESTKIT_HASH_KEY', () => {
  const hashOf = async (env: Environment, options: Options = {}): Promise<string | undefined> => {
    let address: string | undefined;
    const onEvent: Options['onEvent'] = (event) => void (address = (event as EndpointEvent).address);
    const guard = make(env, { onEvent, ...options });
    await guard.answer(requestOf({ target: '/device/challenge?device_id=a' }), '/challenge');
    return address;
  };

  it('keys the hashes in events, whatever the secret is', async () => {
    const hash = await hashOf({ JWT_SECRET: CURRENT, ATTESTKIT_HASH_KEY: HASH });
    expect(hash).toMatch(/^[\w-]{22}$/);
    expect(await hashOf({ JWT_SECRET: PREVIOUS, ATTESTKIT_HASH_KEY: HASH })).toBe(hash);
    expect(await hashOf({ JWT_SECRET: CURRENT, ATTESTKIT_HASH_KEY: PREVIOUS })).not.toBe(hash);
    expect(await hashOf({ JWT_SECRET: CURRENT })).not.toBe(hash);
    expect(await hashOf({ JWT_SECRET: CURRENT, ATTESTKIT_HASH_KEY: PREVIOUS }, { hashKey: HASH })).toBe(hash);
  });

  it.each<[string, Environment, Options, RegExp[]]>([
    [
      'is missed in the log where it is not set',
      { JWT_SECRET: CURRENT },
      {},
      [/^ATTESTKIT_HASH_KEY IS NOT SET/],
    ],
    ['is not missed where it is', { JWT_SECRET: CURRENT, ATTESTKIT_HASH_KEY: HASH }, {}, []],
    ['is not missed where the option is', { JWT_SECRET: CURRENT }, { hashKey: HASH }, []],
    [
      'is not missed aloud where nothing is logged',
      { JWT_SECRET: CURRENT, APPROOV_LOGGING_ENABLED: 'false' },
      {},
      [],
    ],
  ])('%s', (_, env, options, expected) => {
    const lines: string[] = [];
    make(env, { log: (line) => lines.push(line), ...options });
    expect(lines).toEqual(expected.map((each) => expect.stringMatching(each) as string));
  });

  it('is not missed where nothing is hashed', () => {
    const lines: string[] = [];
    const secret = Buffer.from(CURRENT).toString('base64');
    guardFromEnv({ env: { APPROOV_BASE64_SECRET: secret }, log: (line) => lines.push(line) });
    expect(lines).toEqual([]);
  });

  it('missing stops nothing, even where the log throws', () => {
    const log = () => {
      throw new Error('full');
    };
    expect(make({ JWT_SECRET: CURRENT }, { log }).devices).toBeDefined();
  });

  it.each<[string, string, RegExp]>([
    ['is empty', '', /is empty/],
    ['has a comma', `${HASH},${PREVIOUS}`, /has a comma. It takes one key/],
    ['is short', 'x7Kq', /has 4 bytes/],
    ['reads like words', 'hash-key-for-logs-of-the-mobile-api-2025', /reads like words/],
    ['is the secret', CURRENT, /secret uses too/],
    ['is the secret in base64', Buffer.from(CURRENT).toString('base64'), /secret uses too/],
  ])('that %s fails at start-up', (_, key, message) => {
    const error = complaint({ JWT_SECRET: CURRENT, ATTESTKIT_HASH_KEY: key });
    expect([error.variable, error.message]).toEqual(['ATTESTKIT_HASH_KEY', expect.stringMatching(message)]);
  });
});
