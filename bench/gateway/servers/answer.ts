import { createServer } from 'node:http';

/** The least that says yes to a proxy's question. */
const { HTTP_PORT, SERVER_HOSTNAME } = process.env;

createServer({ keepAliveTimeout: 600_000 }, (_request, response) => {
  response.writeHead(200, { 'content-length': 0 });
  response.end();
}).listen(Number(HTTP_PORT), SERVER_HOSTNAME);
