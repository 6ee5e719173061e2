import { randomUUID } from 'node:crypto';
import { createServer, request as send, type IncomingMessage, type ServerResponse } from 'node:http';
import { isHopByHop } from './hop-by-hop.js';
import type { Running } from '../../servers/server-spec.js';
import { listen } from '../listen.js';

/** A request that a proxy has got. */
export interface Got {
  readonly method: string;
  readonly target: string;
  /** Header lines but for those of the connection, and for another name of the request. */
  readonly lines: readonly Line[];
  readonly host: string;
  /** Undefined if there is none. */
  readonly body: Buffer | undefined;
  /** The proxy's own name of the request. */
  readonly id: string;
}

export type Line = readonly [name: string, value: string];

/** What a proxy makes of the answer to its question. */
export type Verdict =
  | {
      readonly passes: true;
      /** Lines that replace all of the same names. */
      readonly set: readonly Line[];
      /** In lower case. */
      readonly removed: readonly string[];
    }
  | { readonly passes: false; readonly answer: Answered };

export interface Answered {
  readonly status: number;
  readonly lines: readonly Line[];
  readonly body: Buffer;
}

/** How a proxy asks about a request. Rejects if there is no answer. */
export type Ask = (got: Got) => Promise<Verdict>;

/** Where it sends what. */
export interface Routing {
  readonly api: number;
  readonly traffic: number;
  readonly devicePath: string | undefined;
}

/** A proxy that cannot be installed here: it does no more than its documentation says of it. */
export async function standIn(ask: Ask, routing: Routing): Promise<Running> {
  const server = createServer((request, response) => {
    serve(request, response, ask, routing).catch(() => response.destroy());
  });
  server.maxHeadersCount = 0;
  return await listen(server);
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  ask: Ask,
  { api, traffic, devicePath }: Routing,
): Promise<void> {
  const got = await read(request);
  const [path = ''] = got.target.split('?');
  if (devicePath !== undefined && path.startsWith(`${devicePath}/`))
    return reply(response, got, await passOn(got, got.lines, traffic));
  const verdict = await ask(got).catch((): Verdict => ({
    passes: false,
    answer: { status: 503, lines: [], body: Buffer.from('{}') },
  }));
  if (!verdict.passes) return reply(response, got, verdict.answer);
  const replaced = new Set([...verdict.removed, ...verdict.set.map(([name]) => name.toLowerCase())]);
  const kept = got.lines.filter(([name]) => !replaced.has(name.toLowerCase()));
  reply(response, got, await passOn(got, [...kept, ...verdict.set], api));
}

async function read(request: IncomingMessage): Promise<Got> {
  const { method = '', url = '', rawHeaders, headers } = request;
  const lines = rawHeaders.flatMap((name, at): Line[] =>
    at % 2 === 0 && !isHopByHop(name) && !isId(name) ? [[name, rawHeaders[at + 1] ?? '']] : [],
  );
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const hasBody = headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined;
  const body = hasBody ? Buffer.concat(chunks) : undefined;
  return { method, target: url, lines, host: headers.host ?? '', body, id: randomUUID() };
}

function isId(name: string): boolean {
  return name.toLowerCase() === 'x-request-id';
}

function passOn(
  { method, target, host, body, id }: Got,
  lines: readonly Line[],
  port: number,
): Promise<Answered> {
  const own: Line[] = [
    ['Host', host],
    ...(body === undefined ? [] : [['Content-Length', String(body.length)] as const]),
    ...(lines.some(([name]) => isId(name)) ? [] : [['X-Request-Id', id] as const]),
  ];
  const rest = lines.filter(([name]) => name.toLowerCase() !== 'host');
  return exchange({ method, path: target, port }, [...own, ...rest], body);
}

/** Sends one request on a connection of its own. */
export function exchange(
  to: { readonly method: string; readonly path: string; readonly port: number },
  lines: readonly Line[],
  body: Buffer | undefined,
): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const headers = lines.flat() as unknown as Record<string, string>;
    const sent = send({ host: '127.0.0.1', agent: false, ...to, headers }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.once('error', reject).once('end', () => {
        const answered = answer.rawHeaders.flatMap((name, at): Line[] =>
          at % 2 === 0 && !isHopByHop(name) ? [[name, answer.rawHeaders[at + 1] ?? '']] : [],
        );
        resolve({ status: answer.statusCode ?? 0, lines: answered, body: Buffer.concat(chunks) });
      });
    });
    sent.once('error', reject).end(body);
  });
}

function reply(response: ServerResponse, { method }: Got, { status, lines, body }: Answered): void {
  const own = lines.filter(([name]) => !/^(?:content-length|date)$/i.test(name));
  const length = method === 'HEAD' ? [] : ['Content-Length', String(body.length)];
  response.writeHead(status, [...own.flat(), ...length]).end(method === 'HEAD' ? undefined : body);
}
