import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

/** From `examples/dist/web-page/server`, where this is compiled to. */
const SOURCES = new URL('../../../web-page/page/', import.meta.url);

/** Where the page finds its servers. It reads them from its own `meta` elements. */
export interface Addresses {
  readonly api: string;
  readonly 'stand-in': string;
}

/** Serves the page, its style, and its script with the client in one file. */
export async function createPage(
  addresses: Addresses,
): Promise<(request: IncomingMessage, response: ServerResponse) => void> {
  const metas = Object.entries(addresses).map(([name, url]) => `<meta name="${name}" content="${url}">`);
  const html = source('index.html').replace('<!-- addresses -->', metas.join('\n  '));
  const files: Readonly<Record<string, readonly [type: string, text: string]>> = {
    '/': ['text/html', html],
    '/style.css': ['text/css', source('style.css')],
    '/main.js': ['text/javascript', await bundle()],
  };
  return ({ url = '' }, response) => {
    const [type, text] = files[url] ?? ['text/plain', undefined];
    response.writeHead(text === undefined ? 404 : 200, {
      'content-type': `${type}; charset=utf-8`,
      'cache-control': 'no-store',
    });
    response.end(text);
  };
}

function source(name: string): string {
  return readFileSync(new URL(name, SOURCES), 'utf8');
}

async function bundle(): Promise<string> {
  const build = await rolldown({ input: fileURLToPath(new URL('main.ts', SOURCES)), platform: 'browser' });
  const { output } = await build.generate({ format: 'esm' });
  await build.close();
  return output[0].code;
}
