import express from 'express';

const app = express();
app.get('/', (_request, response) => {
  response.json({ message: 'Hello, World!' });
});

const { HTTP_PORT = '8002', SERVER_HOSTNAME = '127.0.0.1' } = process.env;
app.listen(Number(HTTP_PORT), SERVER_HOSTNAME);
