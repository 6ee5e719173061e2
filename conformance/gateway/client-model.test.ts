import { describe, expect, it } from 'vitest';
import { runModel } from '../../packages/client/test/model/run.js';
import { testServer, type TestServer } from '../../packages/client/test/support/server.js';
import type { RouteSpec, ServerSpec } from '../servers/server-spec.js';
import { serveEach } from '../servers/serving.js';
import { targets } from '../targets/index.js';
import type { Send } from '../wire/message.js';

const EPISODES = Number(process.env['ATTESTKIT_GATEWAY_EPISODES'] ?? 240);
const SEED = Number(process.env['ATTESTKIT_GATEWAY_SEED'] ?? 1);

/** The API of the client's model. */
function specOf({ guard }: TestServer, signs: boolean): ServerSpec {
  const route = (
    method: 'GET' | 'POST',
    path: string,
    handle: RouteSpec['handle'],
    protect?: RouteSpec['protect'],
  ): RouteSpec => ({ method, path, handle, ...(protect && { protect }) });
  return {
    guard,
    enrollment: '/device',
    parser: 'after',
    routes: [
      route('GET', '/balance', () => ({ json: {} }), {}),
      route('POST', '/transfers', ({ body }) => ({ json: { body } }), signs ? { signedRequest: true } : {}),
      route('GET', '/open', () => ({ json: {} })),
    ],
  };
}

/** Sends what a client does. */
async function sent(request: Request, send: Send): Promise<Response> {
  const { method, url, headers } = request;
  const { pathname, search } = new URL(url);
  const body = method === 'GET' ? undefined : Buffer.from(await request.arrayBuffer());
  const answer = await send({
    method,
    target: `${pathname}${search}`,
    headers: [...headers],
    ...(body && { body }),
  });
  return new Response(answer.body, {
    status: answer.status,
    headers: answer.headers.map(([...pair]) => pair),
  });
}

describe.each(targets.filter(({ name }) => name.startsWith('Gateway')))('$name', (target) => {
  const serve = serveEach();

  it('accepts every genuine phone again, whatever went wrong', { timeout: 3_600_000 }, async () => {
    const signs = target.isAskedWithoutBody !== true;
    const first = await serve(target, specOf(testServer(), signs));
    const report = await runModel(SEED, EPISODES, {
      signs,
      isFar: true,
      through: (server) => {
        first.replace?.(specOf(server, signs));
        return async (request) => await sent(request, first.send);
      },
    });
    expect(report.episodes).toBeGreaterThanOrEqual(EPISODES);
    // All this went through it.
    expect(report.endings.get('200')).toBeGreaterThan(EPISODES / 4);
  });
});
