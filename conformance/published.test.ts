import { createGuard } from 'attestkit';
import { approov } from 'attestkit/approov';
import { describe, expect, it } from 'vitest';
import {
  isForAnotherServer,
  publishedRequests,
  statusOf,
  type PublishedRequest,
} from './cases/published-requests.js';
import type { ServerSpec } from './servers/server-spec.js';
import { helloServer, shapesServer } from './servers/servers.js';
import { expectRefusal, serveAll } from './servers/serving.js';
import { targets } from './targets/index.js';
import { NOW } from './devices/tokens.js';

const requests = publishedRequests();

if (requests === undefined) {
  const reason = '../shared/vectors is absent, and ATTESTKIT_VECTORS names no other folder';
  it.skip(`tries the published requests (${reason})`, () => undefined);
  process.stderr.write(`conformance: the published requests are NOT tried: ${reason}\n`);
} else {
  tryAll(requests);
}

function tryAll(all: readonly PublishedRequest[]): void {
  const excluded = all.filter(isForAnotherServer);
  const tried = all.filter((each) => !isForAnotherServer(each));

  it('leaves out 12 of 46 requests: versions 0 and 3 of another Shapes server', () => {
    expect(all).toHaveLength(46);
    expect(excluded).toHaveLength(12);
    expect([...new Set(excluded.map(({ path }) => path))]).toEqual(
      '/hello /shapes /v3/hello /v3/shapes /v3/forms'.split(' '),
    );
    expect(tried).toHaveLength(34);
  });

  describe.each(targets)('$name', (target) => {
    describe.each(['unprotected', 'token-check', 'token-binding-check', 'shapes'] as const)(
      '%s',
      (server) => {
        const ours = tried.filter((each) => each.server === server);
        const send = serveAll(target, serverOf(server, ours[0]?.secretBase64 ?? ''));

        it.each(ours)('$name', async (published) => {
          const { method, path, headers, expectedBody } = published;
          const response = await send({ method, target: path, headers: Object.entries(headers) });
          const status = statusOf(published);
          expect(response.status).toBe(status);
          if (status !== 200) expectRefusal(response, status);
          if (expectedBody !== undefined) expect(response.body).toBe(expectedBody);
        });
      },
    );
  });
}

function serverOf(server: PublishedRequest['server'], secretBase64: string): ServerSpec {
  const guard = createGuard({
    evidence: [approov({ secretBase64, allowPublishedSecret: true })],
    now: () => NOW,
  });
  if (server === 'shapes') return shapesServer(guard);
  if (server === 'unprotected') return helloServer(guard);
  return helloServer(guard, server === 'token-check' ? {} : { binding: true });
}
