import { cases, type RequestCase } from '@attestkit/examples/requests';
import { createGuard } from 'attestkit';
import { approov } from 'attestkit/approov';
import { describe, expect, it } from 'vitest';
import type { ServerSpec } from './servers/server-spec.js';
import { helloServer, shapesServer } from './servers/servers.js';
import { expectRefusal, serveAll } from './servers/serving.js';
import { targets } from './targets/index.js';
import { NOW } from './devices/tokens.js';

/** The account secret of the example servers, which is public. */
const SECRET_BASE64 =
  'h+CX0tOzdAAR9l15bWAqvq7w9olk66daIH+Xk+IAHhVVHszjDzeGobzNnqyRze3lw/WVyWrc2gZfh3XXfBOmww==';

const servers = ['unprotected', 'token-check', 'token-binding-check', 'shapes'] as const;

/** What the example servers do by themselves, without a guard: the original Shapes server, and version 1; and version 5: see `message-signing.test.ts`. */
function isOfTheApplication({ server, path }: RequestCase): boolean {
  return (
    server === 'shapes-original' || (server === 'shapes' && (path === '/v1/forms' || path.startsWith('/v5/')))
  );
}

const tried = cases.filter((each) => !isOfTheApplication(each));

it('tries all requests to the example servers but those that no guard has a part in', () => {
  expect(new Set(tried.map(({ server }) => server))).toEqual(new Set(servers));
  expect(tried.length).toBeGreaterThan(150);
});

describe.each(targets)('$name', (target) => {
  describe.each(servers)('%s', (server) => {
    const spec = specOf(server);
    const paths = new Set(spec.routes.map(({ path }) => path));
    const send = serveAll(target, spec);

    it.each(tried.filter((each) => each.server === server))('$name', async (each) => {
      const { method, path, headers, expect: expected } = each;
      const response = await send({ method, target: path, headers });
      if (target.refuses?.({ target: path, headers })) return expect(response.status).toBe(400);
      // Whether another spelling of a path is a route is for the framework's router to say.
      if (server === 'shapes' && !paths.has(path) && response.status === 404) return;
      expect(response.status).toBe(expected.status);
      if (expected.status === 400 || expected.status === 401)
        expectRefusal(response, expected.status, expected.body);
      if (expected.body !== undefined) expect(response.body).toBe(expected.body);
      if (expected.oneOf !== undefined) expect(expected.oneOf).toContain(response.body);
    });
  });
});

function specOf(server: (typeof servers)[number]): ServerSpec {
  const evidence = [approov({ secretBase64: SECRET_BASE64, allowPublishedSecret: true })];
  const guard = createGuard({ evidence, now: () => NOW });
  if (server === 'shapes') return shapesServer(guard);
  if (server === 'unprotected') return helloServer(guard);
  return helloServer(guard, server === 'token-check' ? {} : { binding: true });
}
