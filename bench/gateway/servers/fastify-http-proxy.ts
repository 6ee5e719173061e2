import proxy from '@fastify/http-proxy';
import { fastify } from 'fastify';

/** As its documentation has it, with as many connections as the others. */
const { HTTP_PORT, SERVER_HOSTNAME = '127.0.0.1', UPSTREAM_URL = '' } = process.env;

const app = fastify({ keepAliveTimeout: 600_000 });
await app.register(proxy, { upstream: UPSTREAM_URL, undici: { connections: 128, pipelining: 1 } });
await app.listen({ port: Number(HTTP_PORT), host: SERVER_HOSTNAME });
