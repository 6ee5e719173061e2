import { guardFromEnv } from 'attestkit/env';
import { protect } from 'attestkit/express';
import express from 'express';

/** The Express example with the guard on its one route, in place of before all routes. */
const { HTTP_PORT, SERVER_HOSTNAME = '127.0.0.1' } = process.env;

const app = express();
app.get('/', protect(guardFromEnv()), (_request, response) => {
  response.json({ message: 'Hello, World!' });
});
app.listen(Number(HTTP_PORT), SERVER_HOSTNAME);
