import { fastify } from 'fastify';

const app = fastify();
app.get('/', () => ({ message: 'Hello, World!' }));

const { HTTP_PORT = '8002', SERVER_HOSTNAME = '127.0.0.1' } = process.env;
await app.listen({ port: Number(HTTP_PORT), host: SERVER_HOSTNAME });
