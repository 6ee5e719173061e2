import { createHash, createHmac } from 'node:crypto';
import { cases } from '@attestkit/examples/requests';
import { describe, expect, it } from 'vitest';
import { sendHttp1 } from '../wire/http1.js';
import { Page } from './page.js';
import { gatewayOf, hasPython, PUBLISHED } from './processes.js';
import { gatewayBefore, reader, served } from './reader.js';

// docs/gateway-python.md, for those who come from Approov's quickstarts.

const page = new Page('docs/gateway-python.md');
const QUICKSTARTS = "From Approov's quickstarts";

describe.skipIf(!hasPython)('docs/gateway-python.md', () => {
  describe('the quickstart', async () => {
    if (!hasPython) return;
    const { before, after } = page.sides(QUICKSTARTS);
    const own = reader({ 'before.py': before, 'after.py': after });
    const [checking, open] = [await served(own, 'before', PUBLISHED), await served(own, 'after')];
    const { port } = await gatewayOf('hello-binding.yaml', { backend: open, environment: PUBLISHED });

    it('is answered alike by the gateway, but for the requests that the page lists', async () => {
      const differing: string[] = [];
      const credential = ['Authorization', 'Bearer a-user'] as const;
      const withoutExp = {
        name: 'bound, exp is absent',
        method: 'GET',
        path: '/',
        headers: [['Approov-Token', tokenBoundTo('Bearer a-user', {})] as const, credential],
      };
      const bound = [...cases.filter(({ server }) => server === 'token-binding-check'), withoutExp];
      for (const { name, method, path, headers } of bound) {
        const [quickstart, gateway] = await Promise.all(
          [checking, port].map((to) => sendHttp1(to, { method, target: path, headers })),
        );
        if (quickstart?.status !== gateway?.status)
          differing.push(`${name}: ${quickstart?.status} ${gateway?.status}`);
      }
      expect(bound.length).toBeGreaterThan(30);
      expect(differing).toEqual(['Authorization twice: 200 401', 'bound, exp is absent: 200 401']);
      expect(page.rows(QUICKSTARTS, 'request')).toEqual([
        'two `Authorization` lines, of which the first one is bound',
        'a token without `exp`',
      ]);
    });
  });

  describe('the switches of the quickstarts', async () => {
    if (!hasPython) return;
    const own = reader({
      'forms.py': `from fastapi import FastAPI
app = FastAPI()
@app.get("/v2/forms")
def forms() -> dict:
    return {"form": "Cube"}
`,
    });
    const behind = await served(own, 'forms');
    const asked = '/v2/forms, binding: authorization';
    const expired = 'v2 forms, token has expired';
    const unbound = 'v2 forms, Authorization of another user';
    const lines = 'REJECTED REQUEST WITH INVALID APPROOV TOKEN';

    it.each([
      ['as they are by default', {}, {}, { [expired]: 401, [unbound]: 401 }, true],
      [
        'APPROOV_ABORT_REQUEST_ON_INVALID_TOKEN=false',
        { 'statuses:': 'enforcement: report\nstatuses:' },
        {},
        { [expired]: 200, [unbound]: 200 },
        false,
      ],
      [
        'APPROOV_ABORT_REQUEST_ON_INVALID_TOKEN_BINDING=false',
        { [asked]: '/v2/forms, binding: { headers: authorization, enforcement: report }' },
        {},
        { [expired]: 401, [unbound]: 200 },
        true,
      ],
      [
        'APPROOV_LOGGING_ENABLED=false',
        {},
        { APPROOV_LOGGING_ENABLED: 'false' },
        { [expired]: 401, [unbound]: 401 },
        false,
      ],
    ] as const)('%s', async (_, replaced, more, answers, isLogged) => {
      const environment = { ...PUBLISHED, ...more };
      const gateway = await gatewayOf('shapes.yaml', { backend: behind, replaced, environment });
      for (const [name, status] of Object.entries(answers)) {
        const each = cases.find((one) => one.server === 'shapes' && one.name === name);
        const { path = '', headers = [] } = each ?? {};
        expect((await sendHttp1(gateway.port, { target: path, headers })).status).toBe(status);
      }
      await expect.poll(() => gateway.log()).toContain('"type":"decision"');
      expect(gateway.log().includes(lines)).toBe(isLogged);
    });
  });

  describe('the newer quickstart', async () => {
    if (!hasPython) return;
    const own = reader({
      'any.py': `from fastapi import FastAPI
app = FastAPI()
@app.get("/{path:path}")
def say(path: str) -> dict:
    return {"path": path}
`,
    });
    const secret = Buffer.from(PUBLISHED.APPROOV_BASE64_SECRET, 'base64').toString('base64url');
    const { port } = await gatewayBefore(await served(own, 'any'), page.block(QUICKSTARTS, 'yaml'), {
      NODE_ENV: 'test',
      APPROOV_BASE64URL_SECRET: secret,
    });
    const authorization = ['Authorization', 'Bearer a-user'] as const;
    const session = ['SessionId', 'a-session'] as const;

    it.each([
      ['/', [], 200],
      ['/unprotected', [], 200],
      ['/token-check', [], 401],
      ['/token-check', [['Approov-Token', tokenBoundTo('')]], 200],
      ['/token-binding', [['Approov-Token', tokenBoundTo('Bearer a-user')], authorization], 200],
      ['/token-binding', [['Approov-Token', tokenBoundTo('another')], authorization], 401],
      [
        '/token-double-binding',
        [['Approov-Token', tokenBoundTo('Bearer a-usera-session')], authorization, session],
        200,
      ],
      [
        '/token-double-binding',
        [['Approov-Token', tokenBoundTo('Bearer a-user')], authorization, session],
        401,
      ],
    ] as const)('%s %#', async (target, headers, status) => {
      const answer = await sendHttp1(port, { target, headers });
      expect(answer.status).toBe(status);
      if (status === 401) expect(answer.body).toBe('{"message":"Unauthorized"}');
    });
  });
});

/** A token of the quickstarts' secret, bound to the values of fields, one after the other. */
function tokenBoundTo(values: string, claims: object = { exp: 4_102_444_800 }): string {
  const key = Buffer.from(PUBLISHED.APPROOV_BASE64_SECRET, 'base64');
  const encoded = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');
  const pay = createHash('sha256').update(values).digest('base64');
  const signed = `${encoded({ alg: 'HS256', typ: 'JWT' })}.${encoded({ ...claims, pay })}`;
  return `${signed}.${createHmac('sha256', key).update(signed).digest('base64url')}`;
}
