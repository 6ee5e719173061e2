import express from 'express';
import { expressjwt } from 'express-jwt';

/** What the published Express quickstart for Approov does, on the same Express as the example servers. */
const { APPROOV_BASE64_SECRET = '', HTTP_PORT, SERVER_HOSTNAME = '127.0.0.1' } = process.env;

const app = express();
app.use(
  expressjwt({
    secret: Buffer.from(APPROOV_BASE64_SECRET, 'base64'),
    algorithms: ['HS256'],
    getToken: (request) => request.get('Approov-Token'),
  }),
);
app.get('/', (_request, response) => {
  response.json({ message: 'Hello, World!' });
});
app.listen(Number(HTTP_PORT), SERVER_HOSTNAME);
