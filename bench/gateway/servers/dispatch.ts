import { createServer } from 'node:http';
import { Pool, type Dispatcher } from 'undici';

/** The least that sends a request on and its answer back: it drops nothing, adds nothing, and believes both sides. */
const { HTTP_PORT, SERVER_HOSTNAME, UPSTREAM_URL = '' } = process.env;

const pool = new Pool(UPSTREAM_URL, { connections: 128, pipelining: 1 });

createServer({ keepAliveTimeout: 600_000 }, (request, response) => {
  pool.dispatch(
    {
      method: request.method as Dispatcher.HttpMethod,
      path: request.url as string,
      headers: request.rawHeaders,
      body: null,
    },
    {
      onRequestStart: () => undefined,
      onResponseStart(controller, status) {
        const lines = controller.rawHeaders as Buffer[];
        response.writeHead(
          status,
          lines.map((each) => each.toString('latin1')),
        );
      },
      onResponseData: (_, chunk) => void response.write(chunk),
      onResponseEnd: () => void response.end(),
      onResponseError: () => void response.destroy(),
    },
  );
}).listen(Number(HTTP_PORT), SERVER_HOSTNAME);
