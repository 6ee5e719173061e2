import { serve } from '@hono/node-server';
import { guardFromEnv } from 'attestkit/env';
import { protect } from 'attestkit/web';

// Only for examples, which listen on the loopback interface: everybody knows their secret. Leave it out.
const guard = guardFromEnv({ allowPublishedSecret: true });

function hello(request: Request): Response {
  const { pathname } = new URL(request.url);
  if (request.method === 'GET' && pathname === '/') return Response.json({ message: 'Hello, World!' });
  return new Response(null, { status: 404 });
}

const { HTTP_PORT = '8002', SERVER_HOSTNAME = '127.0.0.1' } = process.env;
serve({ fetch: protect(guard, hello), port: Number(HTTP_PORT), hostname: SERVER_HOSTNAME });
