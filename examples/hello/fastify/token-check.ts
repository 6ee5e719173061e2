import { guardFromEnv } from 'attestkit/env';
import { protection } from 'attestkit/fastify';
import { fastify } from 'fastify';

// Only for examples, which listen on the loopback interface: everybody knows their secret. Leave it out.
const guard = guardFromEnv({ allowPublishedSecret: true });

const app = fastify();
await app.register(protection, { guard });
app.get('/', () => ({ message: 'Hello, World!' }));

const { HTTP_PORT = '8002', SERVER_HOSTNAME = '127.0.0.1' } = process.env;
await app.listen({ port: Number(HTTP_PORT), host: SERVER_HOSTNAME });
