import { cases, type Server } from '@attestkit/examples/requests';
import { describe, expect, it } from 'vitest';
import { publishedRequests, statusOf, isForAnotherServer } from '../cases/published-requests.js';
import { sendHttp1 } from '../wire/http1.js';
import { backend, gatewayOf, hasPython, PUBLISHED } from './processes.js';
import { tryCase } from './tried.js';

// The requests that the servers in Node are tried with, to the gateway before servers in Python that check nothing.

const FILES = {
  'token-check': ['hello', 'hello.yaml'],
  'token-binding-check': ['hello', 'hello-binding.yaml'],
  shapes: ['shapes', 'shapes.yaml'],
} as const;

/** The default of shapes.yaml asks for a token on every path that it does not name, and the gateway does not know which ones exist. */
const ELSEWHERE = 'unknown path';

const published = publishedRequests();
if (published === undefined) process.stderr.write('behind-gateway: the published requests are NOT tried\n');

describe.skipIf(!hasPython).each(['fastapi', 'flask'] as const)('%s', async (framework) => {
  if (!hasPython) return;
  const [hello, shapes] = await Promise.all([backend(framework, 'hello'), backend(framework, 'shapes')]);

  describe.each(Object.keys(FILES) as (keyof typeof FILES)[])('%s', async (server: Server) => {
    const [name, file] = FILES[server as keyof typeof FILES];
    const { port } = await gatewayOf(file, {
      backend: { hello, shapes }[name].port,
      environment: PUBLISHED,
    });
    const ours = cases.filter((each) => each.server === server);

    it('has cases', () => expect(ours.length).toBeGreaterThan(20));

    it.each(ours)('$name', async (each) => {
      const isElsewhere = server === 'shapes' && each.name === ELSEWHERE;
      await tryCase(port, isElsewhere ? { ...each, expect: { status: 400, body: '{}' } } : each);
    });

    const sent = (published ?? []).filter((each) => each.server === server && !isForAnotherServer(each));

    it.each(sent)('published: $name', async (each) => {
      const { method, path, headers, expectedBody } = each;
      const response = await sendHttp1(port, { method, target: path, headers: Object.entries(headers) });
      expect(response.status).toBe(statusOf(each));
      if (expectedBody !== undefined) expect(response.body.replace(/\n$/, '')).toBe(expectedBody);
    });
  });

  it.each(cases.filter(({ server }) => server === 'unprotected'))('without the gateway: $name', (each) =>
    tryCase(hello.port, each),
  );
});
