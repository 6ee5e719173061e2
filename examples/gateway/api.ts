// The Shapes API with nothing that protects it, in a process of its own: only the gateway knows its port.
import express from 'express';
import type { AddressInfo } from 'node:net';
import { homePage } from '../shapes/home-page.js';
import { authorized, form, hello, shape } from '../shapes/shapes.js';

const app = express();

app.get('/', homePage);
app.get('/v1/hello', hello);
app.get('/v1/shapes', shape);
app.get('/v1/forms', authorized, form);
app.get('/v2/hello', hello);
app.get('/v2/shapes', shape);
app.get('/v2/forms', authorized, form);
// For devices that have enrolled at the gateway: who asks is in the fields that it adds.
app.get('/v3/device', (request, response) => {
  response.json({
    device: request.headers['x-attest-device'],
    evidence: request.headers['x-attest-evidence'],
  });
});
app.get('/v4/shapes', shape);
app.get('/v5/shapes', shape);
app.post('/v5/forms', form);

const server = app.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
process.on('disconnect', () => process.exit());
