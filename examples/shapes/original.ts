import express from 'express';
import { homePage } from './home-page.js';
import { authorized, form, hello, shape } from './shapes.js';

const { HTTP_PORT = '8002', SERVER_HOSTNAME = '127.0.0.1' } = process.env;

const app = express();

app.get('/', homePage);
app.get('/v1/hello', hello);
app.get('/v1/shapes', shape);
app.get('/v1/forms', authorized, form);

app.listen(Number(HTTP_PORT), SERVER_HOSTNAME);
