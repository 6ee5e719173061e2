import { cases, sentHeaders, type RequestCase, type Server } from '@attestkit/examples/requests';
import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { serveExample, type ExampleServer } from './servers/example-process.js';
import { asPostmanSends, collectionItems, type CollectionItem } from './servers/postman.js';
import { fieldOf } from './wire/message.js';

// What is read from the folder, so that no example is left out.
const frameworks = readdirSync(new URL('../examples/hello', import.meta.url));

it('finds the hello servers of seven frameworks', () => {
  expect(frameworks).toEqual(['express', 'fastify', 'hono', 'koa', 'nest', 'node', 'web']);
});

describe.each(frameworks)('hello server of %s', (framework) => {
  describe.each(['unprotected', 'token-check', 'token-binding-check'] as const)('%s', (server) => {
    tryCases(server, serveExample(['run-hello.js', framework, server]));
  });
});

describe('original Shapes server', () => {
  tryCases('shapes-original', serveExample(['run-shapes.js', 'original']));
});

describe('protected Shapes server', () => {
  const shapes = serveExample(['run-shapes.js', 'protected']);
  tryCases('shapes', shapes);

  it.each(cases.filter(({ signing }) => signing !== undefined))(
    'answers $name as Postman’s script signs it',
    async ({ name, expect: { status } }) => {
      const item = collectionItems().find((each) => each.name === name);
      const request = await asPostmanSends(item as CollectionItem, `http://127.0.0.1:${shapes.port}`);
      expect((await shapes.send(request)).status).toBe(status);
    },
  );

  it('draws all shapes and forms, and no others', async () => {
    const drawn = new Set<string>();
    for (let at = 0; at < 200; at += 1) {
      drawn.add((await shapes.send({ target: '/v1/shapes' })).body);
      const headers = [['Authorization', 'Bearer any']] as const;
      drawn.add((await shapes.send({ target: '/v1/forms', headers })).body);
    }
    expect([...drawn].toSorted()).toEqual(
      [
        ...names('shape', 'Circle Triangle Square Rectangle'),
        ...names('form', 'Sphere Cone Cube Box'),
      ].toSorted(),
    );
  });

  it('has a home page that needs nothing from elsewhere', async () => {
    const response = await shapes.send({ target: '/' });
    expect(fieldOf(response, 'content-type')).toBe('text/html; charset=utf-8');
    for (const path of ['/v1/hello', '/v1/shapes', '/v1/forms', '/v2/hello', '/v2/shapes', '/v2/forms'])
      expect(response.body).toContain(`http://127.0.0.1:${shapes.port}${path}`);
    for (const path of ['GET /v5/shapes', 'POST /v5/forms']) expect(response.body).toContain(path);
    expect(response.body.replaceAll(`http://127.0.0.1:${shapes.port}`, '')).not.toMatch(
      /https?:|src=|@import|url\(/,
    );
  });
});

function tryCases(server: Server, example: ExampleServer): void {
  const ours = cases.filter((each) => each.server === server);

  it('has cases, each with a name of its own', () => {
    expect(ours.length).toBeGreaterThan(0);
    expect(new Set(ours.map(({ name }) => name)).size).toBe(ours.length);
  });

  it.each(ours)('$name', async (each: RequestCase) => {
    const { method, path, body, expect: expected } = each;
    const headers = await sentHeaders(each, `http://127.0.0.1:${example.port}`);
    const response = await example.send({
      method,
      target: path,
      headers,
      ...(body !== undefined && { body: Buffer.from(body) }),
    });
    expect(response.status).toBe(expected.status);
    if (expected.body !== undefined) expect(response.body).toBe(expected.body);
    if (expected.oneOf !== undefined) expect(expected.oneOf).toContain(response.body);
    if (expected.body !== undefined || expected.oneOf !== undefined)
      expect(fieldOf(response, 'content-type')).toMatch(/^application\/json($|;)/);
  });
}

function names(key: string, values: string): readonly string[] {
  return values.split(' ').map((value) => JSON.stringify({ [key]: value }));
}
