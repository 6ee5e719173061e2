import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createGuard } from 'attestkit';
import { APP_CHECK_JWKS, appCheck } from 'attestkit/app-check';
import { remoteJwks } from 'attestkit/jwks';
import { createApi } from './api.js';
import { createPage } from './page.js';
import { APPS, createStandIn, PROJECT, type Counts } from './stand-in.js';

/** The example while it runs: the page, the API and the stand-in for Google, each at an origin of its own. */
export interface WebPage {
  readonly page: string;
  readonly api: string;
  readonly counts: Counts;
  close(): Promise<void>;
}

/** Starts the three servers on 127.0.0.1. @param ports of page, API and stand-in; 0 takes a free one */
export async function startWebPage(ports: readonly [number, number, number]): Promise<WebPage> {
  const { google, counts, listener: standInListener } = createStandIn();
  const guard = createGuard({
    evidence: [
      appCheck({
        projectNumber: PROJECT,
        appIds: [APPS.page],
        // Your server leaves `fetch` out, and asks Google.
        keys: remoteJwks(APP_CHECK_JWKS, { algorithm: 'RS256', maxAgeSeconds: 21_600, fetch: google.fetch }),
      }),
    ],
  });
  // All listen before one answers, because each has to know where the others are.
  const servers = ports.map((port) => createServer().listen(port, '127.0.0.1'));
  await Promise.all(servers.map((server) => server.listening || once(server, 'listening')));
  const urls = servers.map((server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const [page, api, standIn] = urls as [string, string, string];
  const listeners = [
    await createPage({ api, 'stand-in': standIn }),
    createApi(guard, page, `${standIn}/elsewhere`),
    standInListener,
  ];
  for (const [at, listener] of listeners.entries()) servers[at]?.on('request', listener);
  return {
    page,
    api,
    counts,
    async close() {
      const closed = servers.map((server) => new Promise((resolve) => server.close(resolve)));
      for (const server of servers) server.closeAllConnections();
      await Promise.all(closed);
    },
  };
}
