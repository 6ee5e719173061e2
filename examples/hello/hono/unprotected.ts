import { serve } from '@hono/node-server';
import { Hono } from 'hono';

const app = new Hono();
app.get('/', (context) => context.json({ message: 'Hello, World!' }));

const { HTTP_PORT = '8002', SERVER_HOSTNAME = '127.0.0.1' } = process.env;
serve({ fetch: app.fetch, port: Number(HTTP_PORT), hostname: SERVER_HOSTNAME });
