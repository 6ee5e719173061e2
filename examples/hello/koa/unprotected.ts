import { Router } from '@koa/router';
import Koa from 'koa';

const router = new Router();
router.get('/', (context) => {
  context.body = { message: 'Hello, World!' };
});

const app = new Koa();
app.use(router.routes());

const { HTTP_PORT = '8002', SERVER_HOSTNAME = '127.0.0.1' } = process.env;
app.listen(Number(HTTP_PORT), SERVER_HOSTNAME);
