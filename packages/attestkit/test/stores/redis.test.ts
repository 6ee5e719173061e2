import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../src/kernel/errors.js';
import type { Store } from '../../src/ports/store.js';
import { redisStore, type RedisCommands } from '../../src/stores/redis/index.js';

const POLICY = '# Memory\r\nmaxmemory:0\r\nmaxmemory_policy:noeviction\r\n';
const KEPT = '# Persistence\r\nloading:0\r\naof_enabled:1\r\naof_rewrite_in_progress:0\r\n';

interface Call {
  readonly command: string;
  readonly source: string;
  readonly key: string;
  readonly args: readonly unknown[];
}

/** Commands that answer what the test says. */
function fake(reply: unknown, memory: readonly string[] = [POLICY], persistence: readonly string[] = [KEPT]) {
  const calls: Call[] = [];
  const asked: string[] = [];
  const note = async (
    command: string,
    key: string,
    args: readonly unknown[],
    source = '',
  ): Promise<unknown> => {
    calls.push({ command, key, args, source });
    return reply;
  };
  const commands: RedisCommands = {
    claim: (key, ttlMs) => note('claim', key, [ttlMs]),
    read: (key) => note('read', key, []),
    evaluate: ({ source }, key, args) => note('evaluate', key, args, source),
    async info(section) {
      asked.push(section);
      return section === 'memory' ? memory : persistence;
    },
  };
  return { commands, calls, asked };
}

async function all(store: Store): Promise<void> {
  await store.advance('a', 1);
  await store.put('a', 'one', undefined);
  await store.delete('a', 'v');
}

describe('an operation', () => {
  it('is one command or script with one key, of the family, behind the prefix', async () => {
    const { commands, calls } = fake(1);
    const store = redisStore(commands, { prefix: 'p:' });
    await all(store);
    await store.claim('a', 5).catch(() => undefined);
    await store.get('a').catch(() => undefined);
    expect(calls.map(({ key }) => key)).toEqual(['p:n:a', 'p:r:a', 'p:r:a', 'p:c:a', 'p:r:a']);
    for (const { source, command } of calls) {
      expect(source !== '').toBe(command === 'evaluate');
      expect(source).not.toMatch(/KEYS\[[^1]/);
      expect(source).not.toMatch(/\.call\('\w+', (?!KEYS\[1\])/);
    }
  });

  it('of a script begins with a command that only a primary runs', async () => {
    const { commands, calls } = fake(1);
    await all(redisStore(commands));
    for (const { source } of calls) expect(/call\('(\w+)'/.exec(source)?.[1]).toBe('getex');
  });

  it('cannot be changed by the commands that run it', async () => {
    const given: object[] = [];
    const { commands } = fake(1);
    const evaluate: RedisCommands['evaluate'] = async (script) => given.push(script) && 1;
    await all(redisStore({ ...commands, evaluate }));
    expect(given.map(Object.isFrozen)).toEqual([true, true, true]);
  });

  it.each([1, '1', Buffer.from('1'), 1n])('understands the reply %s as yes', async (reply) => {
    expect(await redisStore(fake(reply).commands).advance('a', 1)).toBe(true);
  });

  it.each([0, '0', Buffer.from('0')])('understands the reply %s as no', async (reply) => {
    expect(await redisStore(fake(reply).commands).advance('a', 1)).toBe(false);
  });

  it.each([null, undefined, 'OK', 'QUEUED', true, 2, -1, '', [], [1, 2], {}])(
    'takes the reply %j of a script for no answer',
    async (reply) => {
      const store = redisStore(fake(reply).commands);
      for (const operation of [store.advance('a', 1), store.put('a', '', undefined), store.delete('a', 'v')])
        await expect(operation).rejects.toMatchObject({ code: 'ERR_STORE_UNAVAILABLE' });
    },
  );

  it.each<[unknown, boolean]>([
    ['OK', true],
    [Buffer.from('OK'), true],
    [null, false],
  ])('understands the reply %s to a claim', async (reply, granted) => {
    expect(await redisStore(fake(reply).commands).claim('a', 1)).toBe(granted);
  });

  it.each([undefined, 'QUEUED', true, 1, 0, '', [], ['OK', 'OK'], {}])(
    'takes the reply %j to a claim for no answer',
    async (reply) => {
      const claimed = redisStore(fake(reply).commands).claim('a', 1);
      await expect(claimed).rejects.toMatchObject({ code: 'ERR_STORE_UNAVAILABLE' });
    },
  );

  it.each([
    undefined,
    'QUEUED',
    [],
    ['one'],
    1,
    '',
    '1',
    `1${'v'.repeat(15)}`,
    `2${'v'.repeat(16)}one`,
    '{"v":1}',
  ])('takes the reply %j for no record, and not for none', async (reply) => {
    const error = await redisStore(fake(reply).commands)
      .get('a')
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'ERR_STORE_UNAVAILABLE' });
    // An outage has one.
    expect(error).not.toHaveProperty('cause');
  });

  it('reads records, also of clients that return Buffers', async () => {
    const version = 'abcdefgh-_ABCDEF';
    for (const reply of [`1${version}é`, Buffer.from(`1${version}é`)])
      expect(await redisStore(fake(reply).commands).get('a')).toEqual({ value: 'é', version });
    expect(await redisStore(fake(`1${version}`).commands).get('a')).toEqual({ value: '', version });
    expect(await redisStore(fake(null).commands).get('a')).toBeUndefined();
  });
});

describe('the eviction policy', () => {
  it('is asked for once, before the first operation', async () => {
    const { commands, asked } = fake(1);
    const store = redisStore(commands);
    expect(asked).toEqual([]);
    await Promise.all([all(store), all(store)]);
    expect(asked).toEqual(['memory', 'persistence']);
  });

  it.each<[string, string[]]>([
    ['evicts', [POLICY.replace('noeviction', 'allkeys-lru')]],
    ['evicts only what has a time to live', [POLICY.replace('noeviction', 'volatile-ttl')]],
    ['of one node evicts', [POLICY, POLICY.replace('noeviction', 'volatile-lru')]],
    ['is not told', ['# Memory\r\nmaxmemory:0\r\n']],
    ['is not told by one node', [POLICY, '']],
    ['is told by nobody', []],
    ['only begins like the right one', [POLICY.replace('noeviction', 'noeviction-not')]],
  ])('that %s keeps the store from serving', async (_, infos) => {
    const { commands, calls } = fake(1, infos);
    const store = redisStore(commands);
    await expect(store.check()).rejects.toMatchObject({
      constructor: ConfigurationError,
      variable: 'maxmemory-policy',
    });
    await expect(store.claim('a', 1)).rejects.toMatchObject({
      code: 'ERR_STORE_UNAVAILABLE',
      cause: { variable: 'maxmemory-policy' },
    });
    expect(calls).toEqual([]);
  });

  it('is asked for again until it is right', async () => {
    const infos = [''];
    const store = redisStore(fake(1, infos).commands);
    await expect(store.advance('a', 1)).rejects.toThrow('the store');
    infos[0] = POLICY;
    expect(await store.advance('a', 1)).toBe(true);
  });

  it('cannot be asked for where there is no server, which is no wrong set-up', async () => {
    const commands: RedisCommands = {
      ...fake(1).commands,
      info: () => Promise.reject(new Error('gone')),
    };
    await expect(redisStore(commands).check()).rejects.toMatchObject({ code: 'ERR_STORE_UNAVAILABLE' });
  });
});

it.each([
  ['memory', 'maxmemory-policy', /^Allow the command INFO, .* maxmemory_policy:noeviction\.$/],
  ['persistence', 'appendonly', /^Allow the command INFO, .* aof_enabled:1, .*'accept-loss'/],
])(
  'a server that may not be asked about its %s is refused, and told why',
  async (refused, variable, remedy) => {
    const { info, ...commands } = fake(1).commands;
    const asking: RedisCommands = {
      ...commands,
      async info(section) {
        if (section === refused) throw new Error('NOPERM no permission');
        return info(section);
      },
    };
    await expect(redisStore(asking).check()).rejects.toMatchObject({
      constructor: ConfigurationError,
      variable,
      problem: 'of Redis cannot be read',
      remedy: expect.stringMatching(remedy) as string,
      cause: { message: 'the store failed (NOPERM)' },
    });
  },
);

describe('options', () => {
  it.each<[unknown, object, string]>([
    [fake(1).commands, { prefix: 'a b' }, 'prefix'],
    [fake(1).commands, { prefix: 'é' }, 'prefix'],
    [fake(1).commands, { prefix: 'a'.repeat(65) }, 'prefix'],
    [fake(1).commands, { prefix: 5 }, 'prefix'],
    [fake(1).commands, { ttl: 5 }, 'ttl'],
    [fake(1).commands, { persistence: 'none' }, 'persistence'],
    [fake(1).commands, { persistence: true }, 'persistence'],
    [fake(1).commands, { timeoutMs: 0 }, 'timeoutMs'],
    [{}, {}, 'commands'],
    [{ ...fake(1).commands, read: undefined }, {}, 'commands'],
    [{ ...fake(1).commands, evaluate: undefined }, {}, 'commands'],
    [undefined, {}, 'commands'],
  ])('%# are refused', (commands, options, variable) => {
    expect(() => redisStore(commands as RedisCommands, options)).toThrow(
      expect.objectContaining({ constructor: ConfigurationError, variable }) as Error,
    );
  });
});
