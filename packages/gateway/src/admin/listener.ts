import type { IncomingMessage, ServerResponse } from 'node:http';
import { linesOf } from '../http/lines.js';
import { isOwnHost } from './hosts.js';
import type { Readiness } from './readiness.js';

/** What the listener works with. */
export interface AdminContext {
  /** Names that `Host` may have, beside addresses and `localhost`. */
  readonly hosts: readonly string[];
  /** Never rejects. */
  readonly readiness: () => Promise<Readiness>;
  /** In the text format of Prometheus. */
  readonly metrics: () => string;
}

interface Answer {
  readonly status: number;
  readonly type?: string;
  readonly body?: string;
}

const PROMETHEUS = 'text/plain; version=0.0.4; charset=utf-8';

/** Answers `/healthz`, `/readyz` and `/metrics`, to those who ask this address by its own name. */
export function adminListener({
  hosts,
  readiness,
  metrics,
}: AdminContext): (req: IncomingMessage, res: ServerResponse) => void {
  const names = new Set(hosts.map((name) => name.toLowerCase()));
  const answerOf = async ({ method, url = '', rawHeaders }: IncomingMessage): Promise<Answer> => {
    const [authority = '', ...more] = linesOf(rawHeaders, 'host');
    if (more.length > 0 || !isOwnHost(authority, names)) return { status: 421 };
    const [path] = url.split('?', 1);
    if (path !== '/healthz' && path !== '/readyz' && path !== '/metrics') return { status: 404 };
    if (method !== 'GET' && method !== 'HEAD') return { status: 405 };
    if (path === '/metrics') return { status: 200, type: PROMETHEUS, body: metrics() };
    if (path === '/healthz') return { status: 200, body: JSON.stringify({ alive: true }) };
    const state = await readiness();
    return { status: state.ready ? 200 : 503, body: JSON.stringify(state) };
  };
  return (req, res) => {
    void answerOf(req).then(
      (answer) => send(req, res, answer),
      () => send(req, res, { status: 500 }),
    );
  };
}

function send(
  req: IncomingMessage,
  res: ServerResponse,
  { status, type = 'application/json', body = '{}' }: Answer,
): void {
  // A body has no business here: it is not read, and the connection ends.
  if (
    linesOf(req.rawHeaders, 'content-length').length + linesOf(req.rawHeaders, 'transfer-encoding').length >
    0
  )
    res.shouldKeepAlive = false;
  res.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...(status === 405 && { allow: 'GET, HEAD' }),
  });
  res.end(req.method === 'HEAD' ? undefined : body);
}
