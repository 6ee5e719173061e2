import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

function hello(request: IncomingMessage, response: ServerResponse): void {
  const [path] = (request.url ?? '').split('?');
  if (request.method === 'GET' && path === '/') {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ message: 'Hello, World!' }));
  } else {
    response.statusCode = 404;
    response.end();
  }
}

const { HTTP_PORT = '8002', SERVER_HOSTNAME = '127.0.0.1' } = process.env;
const server = createServer(hello);
server.listen(Number(HTTP_PORT), SERVER_HOSTNAME);
