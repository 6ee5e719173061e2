import { serve } from '@hono/node-server';
import { guardFromEnv } from 'attestkit/env';
import { protect } from 'attestkit/hono';
import { Hono } from 'hono';

// Only for examples, which listen on the loopback interface: everybody knows their secret. Leave it out.
const guard = guardFromEnv({ allowPublishedSecret: true });

const app = new Hono();
app.use(protect(guard));
app.get('/', (context) => context.json({ message: 'Hello, World!' }));

const { HTTP_PORT = '8002', SERVER_HOSTNAME = '127.0.0.1' } = process.env;
serve({ fetch: app.fetch, port: Number(HTTP_PORT), hostname: SERVER_HOSTNAME });
