import { expectation } from './curl.js';
import type { RequestCase } from './request-case.js';
import { servers } from './servers.js';

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
  const { name, method, path, headers } = each;
  return {
    name,
    event: [{ listen: 'test', script: { type: 'text/javascript', exec: script(each) } }],
    request: {
      auth: { type: 'noauth' },
      description: `Answers ${expectation(each)}`,
      method,
      header: headers.map(([key, value]) => ({ key, value, type: 'text' })),
      url: `{{baseUrl}}${path}`,
    },
    response: [],
  };
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
