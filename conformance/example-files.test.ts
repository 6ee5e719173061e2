import { generated } from '@attestkit/examples/requests/generated';
import { cases } from '@attestkit/examples/requests';
import { readdirSync, readFileSync } from 'node:fs';
import { runInNewContext } from 'node:vm';
import { chai, describe, expect, it } from 'vitest';

const examples = new URL('../examples/', import.meta.url);
const read = (name: string): string => readFileSync(new URL(name, examples), 'utf8');

it.each(Object.keys(generated))('requests/%s is what `npm run requests -w examples` makes', (name) => {
  expect(read(`requests/${name}`)).toBe(generated[name]);
});

describe('Postman collection', () => {
  const collection = JSON.parse(read('requests/attestkit.postman_collection.json')) as Collection;
  const items = collection.item.flatMap((folder) => folder.item);

  it('has the parts that format 2.1 requires', () => {
    expect(collection.info.schema).toBe(
      'https://schema.getpostman.com/json/collection/v2.1.0/collection.json',
    );
    expect(collection.info.name).toMatch(/\S/);
    expect(collection.variable).toEqual([{ key: 'baseUrl', value: 'http://127.0.0.1:8002', type: 'string' }]);
    expect(collection.item.map(({ name }) => name)).toHaveLength(5);
    for (const { name, request, event } of items) {
      expect(name).toMatch(/\S/);
      expect(request.method).toMatch(/^[A-Z]+$/);
      expect(request.url).toMatch(/^\{\{baseUrl\}\}\/\S*$/);
      for (const { key, value } of request.header)
        expect([typeof key, typeof value]).toEqual(['string', 'string']);
      expect(event.at(-1)).toMatchObject({ listen: 'test', script: { type: 'text/javascript' } });
    }
  });

  it('has every case once', () => {
    const sent = items.map(({ name, request }) => ({
      name,
      method: request.method,
      path: request.url.replace('{{baseUrl}}', ''),
      headers: request.header.map(({ key, value }) => [key, value]),
      body: request.body?.raw,
    }));
    expect(sent).toHaveLength(cases.length);
    for (const { name, method, path, headers, body } of cases)
      expect(sent).toContainEqual({ name, method, path, headers, body });
  });

  it('has a script before each signed request, and before no other', () => {
    for (const [at, { signing }] of cases.entries())
      expect(items[at]?.event.map(({ listen }) => listen)).toEqual(
        signing === undefined ? ['test'] : ['prerequest', 'test'],
      );
  });

  it('has tests that hold for the expected answer, and for no other', () => {
    const folders = collection.item.flatMap(({ item }) => item);
    for (const [at, { status, body, oneOf }] of cases.map((each) => each.expect).entries()) {
      const script = folders[at]?.event.at(-1)?.script.exec ?? '';
      const text = oneOf?.[0] ?? body;
      expect(runScript(script, status, text ?? 'anything')).toBe(true);
      expect(runScript(script, status + 1, text ?? 'anything')).toBe(false);
      if (text !== undefined) expect(runScript(script, status, `${text} `)).toBe(false);
    }
  });
});

interface Collection {
  readonly info: { readonly name: string; readonly schema: string };
  readonly item: readonly {
    readonly name: string;
    readonly item: readonly {
      readonly name: string;
      readonly event: readonly { listen: string; script: { type: string; exec: string } }[];
      readonly request: {
        method: string;
        url: string;
        header: { key: string; value: string }[];
        body?: { mode: 'raw'; raw: string };
      };
    }[];
  }[];
  readonly variable: unknown;
}

/** Whether all tests of a script hold for an answer, by the little of Postman that they use. */
function runScript(script: string, status: number, body: string): boolean {
  let ran = 0;
  const pm = {
    test: (_name: string, check: () => void) => {
      check();
      ran += 1;
    },
    expect: chai.expect,
    response: {
      text: () => body,
      to: { have: { status: (expected: number) => chai.expect(status).to.equal(expected) } },
    },
  };
  try {
    runInNewContext(script, { pm });
    return ran > 0;
  } catch {
    return false;
  }
}

it('difference.md rebuilds both Shapes servers', () => {
  const [, block = ''] = /^```diff\n(.*?)^```$/ms.exec(read('shapes/difference.md')) ?? [];
  const lines = block.split('\n').slice(0, -1);
  const without = (mark: string): string =>
    lines
      .filter((line) => !line.startsWith(mark))
      .map((line) => `${line.slice(1)}\n`)
      .join('');
  expect(without('+')).toBe(read('shapes/original.ts'));
  expect(without('-')).toBe(read('shapes/protected.ts'));
});

it('compose.yaml has every example server once, and nothing else', () => {
  const hello = readdirSync(new URL('hello', examples)).flatMap((framework) =>
    readdirSync(new URL(`hello/${framework}`, examples)).map((file) => [framework, file.replace('.ts', '')]),
  );
  const expected = [
    ...hello.map(([framework, server]) =>
      service(`hello-${framework}-${server}`, `run-hello.js, ${framework}, ${server}`),
    ),
    ...['original', 'protected'].map((server) => service(`shapes-${server}`, `run-shapes.js, ${server}`)),
  ];
  const [, services = ''] = read('compose.yaml').split(/^services:\n/m);
  expect(services.trimEnd().split('\n\n').toSorted()).toEqual(expected.toSorted());
  expect(hello).toHaveLength(21);
});

function service(name: string, command: string): string {
  return `  ${name}:\n    <<: *server\n    command: [examples/dist/${command}]`;
}
