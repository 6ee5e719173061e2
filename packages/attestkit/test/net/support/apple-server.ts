import { generateKeyPairSync } from 'node:crypto';
import type { IncomingMessage, RequestListener } from 'node:http';
import { AppleReceipts } from '../../../src/net/apple/exchange.js';
import { retrying, type RetryLimits } from '../../../src/net/apple/retry.js';
import { ProviderToken } from '../../../src/net/apple/provider-token.js';
import { jwksServer, type JwksServer } from './jwks-server.js';

export const TEAM = 'TEAMID1234';
export const KEY = 'KEYID12345';
export const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
export const PEM = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;

export const RECEIPT = Buffer.from('the receipt at hand');
export const NEW_RECEIPT = Buffer.from('a newer receipt, \xff\x00 not text', 'latin1');

/** One request as the fake of Apple's service saw it. */
interface Seen {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface AppleServer extends JwksServer {
  readonly seen: Seen[];
}

/** A fake of Apple's service: gives the answers in turn, and the last one for ever. */
export async function appleServer(...answers: readonly RequestListener[]): Promise<AppleServer> {
  const seen: Seen[] = [];
  const server = await jwksServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method, url, headers } = request;
      seen.push({ method, url, headers, body: Buffer.concat(chunks).toString('latin1') });
      answers[Math.min(seen.length, answers.length) - 1]?.(request, response);
    });
  });
  return Object.assign(server, { seen });
}

export function status(code: number, headers: Record<string, string> = {}, body = ''): RequestListener {
  return (_request, response) => void response.writeHead(code, headers).end(body);
}

export const renewed = status(200, {}, NEW_RECEIPT.toString('base64'));

/** The exchange with a clock that only pauses move, and that says how long each of them was. */
export function receiptsAt(
  server: AppleServer,
  limits: Partial<RetryLimits> = {},
  {
    random = () => 0,
    fetch = globalThis.fetch,
  }: { random?: () => number; fetch?: typeof globalThis.fetch } = {},
) {
  const clock = { ms: 0, wall: Date.UTC(2026, 0, 1) };
  const pauses: number[] = [];
  const retry = retrying(
    { timeoutMs: 2000, deadlineMs: 8000, attempts: 3, ...limits },
    {
      elapsed: () => clock.ms,
      pause: async (ms) => {
        pauses.push(ms);
        clock.ms += ms;
      },
      random,
    },
  );
  const receipts = new AppleReceipts({
    token: new ProviderToken(TEAM, KEY, privateKey, () => clock.wall),
    endpoints: { production: `${server.url}/production`, development: `${server.url}/development` },
    retry,
    fetch,
  });
  return { receipts, clock, pauses };
}
