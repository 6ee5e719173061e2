import { once } from 'node:events';
import { Agent, get, type IncomingMessage } from 'node:http';
import autocannon from 'autocannon';
import { authorization, mintToken } from '../tokens/fixtures.js';
import type { ServerProcess } from './server-process.js';

export const CONNECTIONS = 20;

/** Hands out the tokens that one connection sends in turn. */
export type Supply = () => readonly string[];

/** Three times the tokens that a verifier's cache holds: each has been forgotten when it comes again. */
export function newTokens(perConnection: number): Supply {
  return supply(3000, perConnection);
}

/** One token for each connection, as a device sends the one it has until it expires. */
export function seenTokens(): Supply {
  return supply(CONNECTIONS, 1);
}

function supply(total: number, perConnection: number): Supply {
  const tokens = Array.from({ length: total }, () => mintToken('HS256'));
  let next = 0;
  return () => {
    const from = next;
    next = (next + perConnection) % total;
    return [
      ...tokens.slice(from, from + perConnection),
      ...tokens.slice(0, Math.max(0, from + perConnection - total)),
    ];
  };
}

/** Sends a number of requests over kept-alive connections. Every answer has to be a success. */
export async function send(server: ServerProcess, tokens: Supply, amount: number): Promise<void> {
  const agent = new Agent({ keepAlive: true });
  const one = async (own: readonly string[]): Promise<void> => {
    for (let at = 0; at < amount / CONNECTIONS; at += 1) {
      const token = own[at % own.length] as string;
      const asked = get(server.url, { agent, headers: { 'approov-token': token, authorization } });
      const [answer] = (await once(asked, 'response')) as [IncomingMessage];
      if (answer.statusCode !== 200) throw new Error(`${server.url} answered ${answer.statusCode}.`);
      await once(answer.resume(), 'end');
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, () => one(tokens())));
  agent.destroy();
}

/** Sends as many requests as go in so many seconds, and counts the answers, each a success, by second. */
export async function requestsPerSecond(
  server: ServerProcess,
  tokens: Supply,
  duration: number,
): Promise<number> {
  const result = await autocannon({
    url: server.url,
    connections: CONNECTIONS,
    duration,
    setupClient: (client) => {
      client.setRequests(
        tokens().map((token) => ({
          method: 'GET',
          path: '/',
          headers: { 'approov-token': token, authorization },
        })),
      );
    },
  });
  const failures = result.non2xx + result.errors + result.timeouts;
  if (failures > 0)
    throw new Error(`${failures} of ${result.requests.total} requests to ${server.url} failed.`);
  return result['2xx'] / result.duration;
}
