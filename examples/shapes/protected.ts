import { guardFromEnv } from 'attestkit/env';
import { protect } from 'attestkit/express';
import express from 'express';
import { homePage } from './home-page.js';
import { authorized, form, hello, shape } from './shapes.js';

// Only for examples, which listen on the loopback interface: everybody knows their secret. Leave it out.
const guard = guardFromEnv({ allowPublishedSecret: true, statuses: { missing: 400 } });

const app = express();

app.get('/', homePage);
app.get('/v1/hello', hello);
app.get('/v1/shapes', shape);
app.get('/v1/forms', authorized, form);
app.get('/v2/hello', hello);
app.get('/v2/shapes', protect(guard), shape);
app.get('/v2/forms', protect(guard, { binding: 'authorization' }), authorized, form);

const { HTTP_PORT = '8002', SERVER_HOSTNAME = '127.0.0.1' } = process.env;
app.listen(Number(HTTP_PORT), SERVER_HOSTNAME);
