import { createServer, type ServerHttp2Session } from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { Target } from '../servers/server-spec.js';
import { sendHttp2 } from '../wire/http2.js';
import { listenerOf } from './node.js';

/** The Node adapter on Node's compatibility API for HTTP/2. */
export const http2: Target = {
  name: 'Node over HTTP/2',
  fields: 'lines',
  paths: 'as sent',
  http: 2,
  parsers: {
    'all routes': ['after', 'before', 'before with rawBody'],
    'one route': ['after', 'before', 'before with rawBody'],
    enrollment: ['after', 'before', 'before with rawBody'],
  },
  rejects: /^http:/,
  async start(spec) {
    const server = createServer(listenerOf(spec));
    const sessions = new Set<ServerHttp2Session>();
    server.on('session', (session) => sessions.add(session));
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    return {
      send: (request) => sendHttp2(port, request),
      async close() {
        const closed = new Promise<void>((resolve) => void server.close(() => resolve()));
        for (const session of sessions) session.destroy();
        await closed;
      },
    };
  },
};
