import type { IncomingMessage, ServerResponse } from 'node:http';
import { linesOf } from '../http/lines.js';
import { Refusal, send, type Answer } from './answer.js';
import { isOwnHost } from './hosts.js';
import type { Readiness } from './readiness.js';
import type { Site } from './site.js';

/** What the listener works with. */
export interface ListenerContext {
  /** Names that `Host` may have, beside addresses and `localhost`. */
  readonly hosts: readonly string[];
  /** For `/healthz`, `/readyz` and `/metrics`, which need no sign-in. */
  readonly probes?: Probes;
  /** Everything else. */
  readonly site?: Site;
}

export interface Probes {
  /** Never rejects. */
  readonly readiness: () => Promise<Readiness>;
  /** In the text format of Prometheus. */
  readonly metrics: () => string;
}

const PROMETHEUS = 'text/plain; version=0.0.4; charset=utf-8';
const PROBES = ['/healthz', '/readyz', '/metrics'];

/** Answers those who ask this address by its own name. */
export function adminListener({
  hosts,
  probes,
  site,
}: ListenerContext): (req: IncomingMessage, res: ServerResponse) => void {
  const names = new Set(hosts.map((name) => name.toLowerCase()));
  const answerOf = async (req: IncomingMessage, res: ServerResponse): Promise<Answer | undefined> => {
    const { url = '', rawHeaders } = req;
    const [authority = '', ...more] = linesOf(rawHeaders, 'host');
    if (more.length > 0 || !isOwnHost(authority, names)) return plain(421);
    const [path = ''] = url.split('?', 1);
    if (probes !== undefined && PROBES.includes(path)) return await probe(req, path, probes);
    const answer = site === undefined ? 'unknown' : await site(req, res, path);
    return answer === 'unknown' ? plain(404) : answer;
  };
  const answer = async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    try {
      const found = await answerOf(req, res);
      if (found !== undefined) send(req, res, found);
    } catch (error) {
      if (res.headersSent) res.destroy();
      else send(req, res, error instanceof Refusal ? error.answer : FAILED);
    }
  };
  return (req, res) => void answer(req, res);
}

const FAILED = new Refusal(500, 'The gateway failed to answer. Its log may say why.').answer;

async function probe(
  { method }: IncomingMessage,
  path: string,
  { readiness, metrics }: Probes,
): Promise<Answer> {
  if (method !== 'GET' && method !== 'HEAD') return plain(405, '{}', { allow: 'GET, HEAD' });
  if (path === '/metrics') return plain(200, metrics(), { 'content-type': PROMETHEUS });
  if (path === '/healthz') return plain(200, JSON.stringify({ alive: true }));
  const state = await readiness();
  return plain(state.ready ? 200 : 503, JSON.stringify(state));
}

function plain(status: number, body = '{}', headers: Readonly<Record<string, string>> = {}): Answer {
  return {
    status,
    headers: {
      'content-type': 'application/json',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      ...headers,
    },
    body,
  };
}
