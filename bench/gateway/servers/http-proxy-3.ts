import { Agent, createServer } from 'node:http';
import { createProxyServer } from 'http-proxy-3';

/** As its documentation has it, with connections that are kept. */
const { HTTP_PORT, SERVER_HOSTNAME, UPSTREAM_URL = '' } = process.env;

const agent = new Agent({ keepAlive: true, maxSockets: 128 });
const proxy = createProxyServer({ target: UPSTREAM_URL, agent });

createServer({ keepAliveTimeout: 600_000 }, (request, response) => {
  void proxy.web(request, response);
}).listen(Number(HTTP_PORT), SERVER_HOSTNAME);
