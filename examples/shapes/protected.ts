import { guardFromEnv } from 'attestkit/env';
import { protect } from 'attestkit/express';
import express from 'express';
import { homePage } from './home-page.js';
import { authorized, form, hello, shape } from './shapes.js';

const { HTTP_PORT = '8002', SERVER_HOSTNAME = '127.0.0.1' } = process.env;

const guard = guardFromEnv({
  // Only for examples, which listen on the loopback interface: everybody knows their secret. Leave it out.
  allowPublishedSecret: true,
  statuses: { missing: 400 },
  // Scheme and host that the app calls.
  messageSigning: { baseUrl: `http://127.0.0.1:${HTTP_PORT}` },
});

const app = express();

app.get('/', homePage);
app.get('/v1/hello', hello);
app.get('/v1/shapes', shape);
app.get('/v1/forms', authorized, form);
app.get('/v2/hello', hello);
app.get('/v2/shapes', protect(guard), shape);
app.get('/v2/forms', protect(guard, { binding: 'authorization' }), authorized, form);
app.get('/v5/shapes', protect(guard, { messageSigning: true }), shape);
app.post('/v5/forms', protect(guard, { messageSigning: true }), form);

app.listen(Number(HTTP_PORT), SERVER_HOSTNAME);
