import { Router } from '@koa/router';
import { guardFromEnv } from 'attestkit/env';
import { protect } from 'attestkit/koa';
import Koa from 'koa';

// Only for examples, which listen on the loopback interface: everybody knows their secret. Leave it out.
const guard = guardFromEnv({ allowPublishedSecret: true });

const router = new Router();
router.get('/', (context) => {
  context.body = { message: 'Hello, World!' };
});

const app = new Koa();
app.use(protect(guard, { binding: 'authorization' }));
app.use(router.routes());

const { HTTP_PORT = '8002', SERVER_HOSTNAME = '127.0.0.1' } = process.env;
app.listen(Number(HTTP_PORT), SERVER_HOSTNAME);
