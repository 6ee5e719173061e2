import { readFileSync } from 'node:fs';
import { expectation } from './curl.js';
import type { RequestCase } from './request-case.js';
import { servers } from './servers.js';
import type { Signing } from './sign-request.js';
import { SIGNING_KEY } from './tokens.js';

/** A Postman collection, format 2.1: one folder per server, one request per case, with a test of its answer. */
export function postmanCollection(cases: readonly RequestCase[]): object {
  return {
    info: {
      name: 'attestkit examples',
      description:
        'Every valid and invalid request to the example servers. Start one, then run its folder. The tokens are ' +
        'signed with the published example secret, which the examples use unless examples/.env has another.',
      schema: 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json',
    },
    item: servers.map(({ server, title, start }) => ({
      name: title,
      description: `Start it with: ${start}`,
      item: cases.filter((each) => each.server === server).map(item),
    })),
    variable: [{ key: 'baseUrl', value: 'http://127.0.0.1:8002', type: 'string' }],
  };
}

function item(each: RequestCase): object {
  const { name, method, path, headers, body, signing } = each;
  const before = signing === undefined ? [] : [event('prerequest', signingScript(signing))];
  return {
    name,
    event: [...before, event('test', script(each))],
    request: {
      auth: { type: 'noauth' },
      description: `Answers ${expectation(each)}`,
      method,
      header: headers.map(([key, value]) => ({ key, value, type: 'text' })),
      url: `{{baseUrl}}${path}`,
      ...(body !== undefined && { body: { mode: 'raw', raw: body } }),
    },
    response: [],
  };
}

function event(listen: 'prerequest' | 'test', exec: string): object {
  return { listen, script: { type: 'text/javascript', exec } };
}

/** The function as it was compiled. */
const SIGN_REQUEST = readFileSync(new URL('sign-request.js', import.meta.url), 'utf8').replace(
  /^export /gm,
  '',
);

/** What Postman runs before it sends a signed request, the same code as here: Postman 11 or newer, for Web Crypto. */
function signingScript(signing: Signing): string {
  return `${SIGN_REQUEST}
const url = pm.variables.replaceIn(pm.request.url.toString());
const [, base, path] = /^(https?:\\/\\/[^/]+)(.*)$/.exec(url);
const fields = Object.fromEntries(pm.request.headers.all().map(({ key, value }) => [key.toLowerCase(), value]));
const { method, body } = pm.request;
const request = { method, base, path, fields, body: body?.raw };
const added = await signRequest(request, ${JSON.stringify(signing)}, ${JSON.stringify(SIGNING_KEY)});
for (const [key, value] of Object.entries(added)) pm.request.headers.upsert({ key, value });`;
}

/** The test that Postman runs on the answer. */
function script({ expect: { status, body, oneOf } }: RequestCase): string {
  const bodies = oneOf ?? (body === undefined ? undefined : [body]);
  const lines = [`pm.test('status ${status}', () => pm.response.to.have.status(${status}));`];
  if (bodies !== undefined) {
    lines.push(`pm.test('body', () => pm.expect(${JSON.stringify(bodies)}).to.include(pm.response.text()));`);
  }
  return lines.join('\n');
}
