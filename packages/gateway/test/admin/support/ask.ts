import { connect } from 'node:net';
import type { StartOptions } from 'attestkit-gateway';
import { gateway, upstream, type TestGateway } from '../../support/gateway.js';
import { SECRET } from '../../support/tokens.js';

export const READER = 'reader-token-of-24-characters';
export const OPERATOR = 'operator-token-of-24-characters';

const ENV = { S: SECRET, J: 'k'.repeat(8) + SECRET, READER, OPERATOR };

export const TOKENS =
  "tokens: [{ name: rita, role: read, token: '${READER}' }, { name: oscar, role: operate, token: '${OPERATOR}' }]";

/** A gateway with pages; `admin` are fields of its own section. */
export async function adminGateway(
  admin: string = TOKENS,
  more = '',
  options: StartOptions = {},
): Promise<TestGateway> {
  const api = await upstream();
  const yaml = `
traffic: { listen: '127.0.0.1:0' }
admin: { listen: '127.0.0.1:0', ${admin} }
upstreams: { api: '${api.url}' }
evidence: { approov: { secretBase64: '\${S}' } }
default: {}
${more}`;
  return await gateway(yaml, ENV, options);
}

export interface Asked {
  readonly method?: string;
  /** As it stands in the first line. */
  readonly path: string;
  /** Lines instead of those that a page sends; an empty list sends none of the name. */
  readonly lines?: Readonly<Record<string, readonly string[]>>;
  readonly cookie?: string;
  readonly body?: string;
}

export interface Answered {
  readonly status: number;
  /** In lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

/** Asks from a raw socket what the script of a page would, with lines of one's own. */
export async function ask(url: string, asked: Asked): Promise<Answered> {
  const { hostname, port } = new URL(url);
  const bytes = await exchange(hostname, Number(port), requestOf(url, asked));
  const [head = '', ...rest] = bytes.split('\r\n\r\n');
  const [first = '', ...lines] = head.split('\r\n');
  const headers = lines.map((line) => {
    const at = line.indexOf(':');
    return [line.slice(0, at).toLowerCase(), line.slice(at + 1).trim()] as const;
  });
  return { status: Number(first.split(' ')[1]), headers: new Map(headers), body: rest.join('\r\n\r\n') };
}

function requestOf(url: string, { method = 'GET', path, lines = {}, cookie, body }: Asked): string {
  const own = {
    host: [new URL(url).host],
    connection: ['close'],
    'sec-fetch-site': ['same-origin'],
    ...(method !== 'GET' && { origin: [new URL(url).origin] }),
    ...(body !== undefined && {
      'content-type': ['application/json'],
      'content-length': [String(Buffer.byteLength(body))],
    }),
    ...(cookie !== undefined && { cookie: [cookie] }),
    ...lines,
  };
  const fields = Object.entries(own).flatMap(([name, values]) => values.map((value) => `${name}: ${value}`));
  return [`${method} ${path} HTTP/1.1`, ...fields, '', body ?? ''].join('\r\n');
}

/** What came back until the other side closed. */
function exchange(host: string, port: number, bytes: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, host);
    let text = '';
    socket.setEncoding('latin1');
    socket.on('data', (chunk: string) => (text += chunk));
    socket.on('close', () => resolve(text));
    socket.on('error', () => undefined);
    socket.write(bytes);
  });
}

/** Signs in, and gives the answer. */
export async function signIn(url: string, token: string, asked: Partial<Asked> = {}): Promise<Answered> {
  return await ask(url, {
    method: 'POST',
    path: '/api/session',
    body: JSON.stringify({ token }),
    ...asked,
  });
}

/** `name=id` of a session that was begun. */
export function cookieIn({ headers }: Answered): string {
  return (headers.get('set-cookie') ?? '').split(';', 1)[0] as string;
}

/** The cookie of a session of an operator, or of another token. */
export async function signedIn(url: string, token = OPERATOR): Promise<string> {
  return cookieIn(await signIn(url, token));
}

/** The sentence of a refusal. */
export function saysOf({ body }: Answered): string {
  return (JSON.parse(body) as { readonly says: string }).says;
}
