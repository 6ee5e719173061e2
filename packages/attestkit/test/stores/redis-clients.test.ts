import { describe, expect, it } from 'vitest';
import { ConfigurationError, type AttestationError } from '../../src/kernel/errors.js';
import {
  fromIoredis,
  fromNodeRedis,
  redisStore,
  type IoredisClient,
  type NodeRedisClient,
  type RedisCommands,
} from '../../src/stores/redis/index.js';

const SCRIPT = { source: 'return 1', sha1: 'ab' };

/** A client of either package that notes what it is asked, and answers or throws what the test says. */
function client(answers: Readonly<Record<string, unknown>> = {}) {
  const asked: unknown[][] = [];
  const listeners: Record<string, (error?: unknown) => void> = {};
  const method =
    (name: string) =>
    async (...args: unknown[]): Promise<unknown> => {
      asked.push([name, ...args]);
      if (answers[name] instanceof Error) throw answers[name];
      return answers[name];
    };
  const names = ['set', 'getex', 'getEx', 'evalsha', 'evalSha', 'eval', 'info'];
  const methods = Object.fromEntries(names.map((name) => [name, method(name)]));
  const on = (event: string, listener: (error?: unknown) => void): void => {
    listeners[event] = listener;
  };
  return { asked, listeners, client: { ...methods, on } };
}

const ofIoredis = (from: object): RedisCommands => fromIoredis(from as IoredisClient);
const ofNodeRedis = (from: object): RedisCommands => fromNodeRedis(from as NodeRedisClient);

describe('a client', () => {
  it('of ioredis is asked in its own words', async () => {
    const { client: from, asked } = client({ set: 'OK', getex: 'one', evalsha: 1, info: 'told' });
    const commands = ofIoredis(from);
    expect(await commands.claim('a', 5)).toBe('OK');
    expect(await commands.read('a')).toBe('one');
    expect(await commands.evaluate(SCRIPT, 'a', ['x', 'y'])).toBe(1);
    expect(await commands.info('memory')).toEqual(['told']);
    expect(asked).toEqual([
      ['set', 'a', '1', 'PX', 5, 'NX'],
      ['getex', 'a'],
      ['evalsha', 'ab', 1, 'a', 'x', 'y'],
      ['info', 'memory'],
    ]);
  });

  it('of ioredis need not tell events', async () => {
    const { client: from } = client({ set: 'OK' });
    expect(await ofIoredis({ ...from, on: undefined }).claim('a', 1)).toBe('OK');
  });

  it('of redis is asked in its own words', async () => {
    const { client: from, asked } = client({ set: 'OK', getEx: 'one', evalSha: 1, info: 'told' });
    const commands = ofNodeRedis(from);
    expect(await commands.claim('a', 5)).toBe('OK');
    expect(await commands.read('a')).toBe('one');
    expect(await commands.evaluate(SCRIPT, 'a', ['x', 'y'])).toBe(1);
    expect(await commands.info('memory')).toEqual(['told']);
    expect(asked).toEqual([
      ['set', 'a', '1', { condition: 'NX', expiration: { type: 'PX', value: 5 } }],
      ['getEx', 'a', { type: '' }],
      ['evalSha', 'ab', { keys: ['a'], arguments: ['x', 'y'] }],
      ['info', 'memory'],
    ]);
  });

  it('sends the text of a script to a server that does not know it', async () => {
    const unknown = new Error('NOSCRIPT No matching script. Please use EVAL.');
    const first = client({ evalsha: unknown, eval: 1 });
    expect(await ofIoredis(first.client).evaluate(SCRIPT, 'a', ['x'])).toBe(1);
    expect(first.asked.at(-1)).toEqual(['eval', 'return 1', 1, 'a', 'x']);
    const second = client({ evalSha: unknown, eval: 1 });
    expect(await ofNodeRedis(second.client).evaluate(SCRIPT, 'a', ['x'])).toBe(1);
    expect(second.asked.at(-1)).toEqual(['eval', 'return 1', { keys: ['a'], arguments: ['x'] }]);
  });

  it.each(['Connection is closed.', 'ERR this is not NOSCRIPT'])(
    'sends nothing twice after another error: %s',
    async (message) => {
      const error = new Error(message);
      for (const [wrap, { client: from, asked }] of [
        [ofIoredis, client({ evalsha: error, eval: 1 })],
        [ofNodeRedis, client({ evalSha: error, eval: 1 })],
      ] as const) {
        await expect(wrap(from).evaluate(SCRIPT, 'a', [])).rejects.toBe(error);
        expect(asked).toHaveLength(1);
      }
    },
  );

  it('of a cluster is asked about each of its primaries', async () => {
    const nodes = ['one', 'two'].map((told) => ({ info: async () => told }));
    const { client: from } = client({ info: 'of any' });
    for (const primaries of [nodes, nodes.slice(0, 1)]) {
      const told = primaries.length === 2 ? ['one', 'two'] : ['one'];
      const asked: unknown[] = [];
      const ioredis = { ...from, nodes: (role: string) => (asked.push(role), primaries) };
      expect(await ofIoredis(ioredis).info('memory')).toEqual(told);
      expect(asked).toEqual(['master']);
      const redis = { ...from, masters: primaries, nodeClient: async (node: unknown) => node };
      expect(await ofNodeRedis(redis).info('memory')).toEqual(told);
    }
    // One that is not connected yet knows none.
    expect(await ofIoredis({ ...from, nodes: () => [] }).info('memory')).toEqual(['of any']);
  });

  it.each<[string, () => unknown]>([
    ['ioredis', () => ofIoredis({ ...client().client, getex: undefined })],
    ['ioredis', () => ofIoredis({ ...client().client, evalsha: undefined })],
    ['redis', () => ofNodeRedis({ ...client().client, getEx: undefined })],
    ['redis', () => ofNodeRedis({ ...client().client, evalSha: undefined })],
  ])('of %s that lacks a command is refused: %#', (name, wrap) => {
    expect(wrap).toThrow(
      expect.objectContaining({
        constructor: ConfigurationError,
        variable: 'client',
        problem: `is not a client of the package ${name}`,
      }) as Error,
    );
  });
});

describe('a command that ioredis gives up', () => {
  const refused = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });
  const given = (thrown: Error) => {
    const { client: from, listeners } = client({
      set: thrown,
      info: 'maxmemory_policy:noeviction\r\naof_enabled:1\r\n',
    });
    const store = redisStore(ofIoredis(from));
    const causeOf = async (): Promise<unknown> => {
      const [outcome] = await Promise.allSettled([store.claim('a', 1)]);
      return outcome.status === 'rejected' ? (outcome.reason as AttestationError).cause : outcome.value;
    };
    return { causeOf, listeners };
  };

  it('says why there is no connection, until there is one', async () => {
    const { causeOf, listeners } = given(new Error('Connection is closed.'));
    expect(await causeOf()).toMatchObject({ code: 'Error' });
    listeners['error']?.(refused);
    expect(await causeOf()).toMatchObject({ code: 'ECONNREFUSED' });
    listeners['ready']?.();
    expect(await causeOf()).toMatchObject({ code: 'Error' });
  });

  it('was lost too if the client says nothing at all', async () => {
    const { client: from, listeners } = client();
    const nothing: unknown = undefined;
    const commands = ofIoredis({ ...from, set: () => Promise.reject(nothing) });
    listeners['error']?.(refused);
    await expect(commands.claim('a', 1)).rejects.toMatchObject({ name: 'LostConnection', cause: refused });
  });

  it('keeps a code of its own', async () => {
    const { causeOf, listeners } = given(Object.assign(new Error('broken'), { code: 'EPIPE' }));
    listeners['error']?.(refused);
    expect(await causeOf()).toMatchObject({ code: 'EPIPE' });
  });

  it('was not lost if the server replied', async () => {
    const { causeOf, listeners } = given(Object.assign(new Error('no word'), { name: 'ReplyError' }));
    listeners['error']?.(refused);
    expect(await causeOf()).toMatchObject({ code: 'Error' });
  });
});
