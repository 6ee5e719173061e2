import { guardFromEnv } from 'attestkit/env';
import { protect } from 'attestkit/express';
import express from 'express';

// Only for examples, which listen on the loopback interface: everybody knows their secret. Leave it out.
const guard = guardFromEnv({ allowPublishedSecret: true });

const app = express();
app.use(protect(guard, { binding: 'authorization' }));
app.get('/', (_request, response) => {
  response.json({ message: 'Hello, World!' });
});

const { HTTP_PORT = '8002', SERVER_HOSTNAME = '127.0.0.1' } = process.env;
app.listen(Number(HTTP_PORT), SERVER_HOSTNAME);
