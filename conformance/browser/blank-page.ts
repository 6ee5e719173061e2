import { createServer } from 'node:http';
import { listen } from '../targets/listen.js';
import { portOf } from '../servers/serving.js';

/** Serves an empty page, at an origin of its own. */
export async function serveBlankPage(): Promise<{ readonly url: string; close(): Promise<void> }> {
  const running = await listen(
    createServer((_request, response) => {
      response.setHeader('content-type', 'text/html');
      response.end('<!doctype html><title>Blank</title>');
    }),
  );
  return { url: `http://127.0.0.1:${portOf(running)}/`, close: () => running.close() };
}
