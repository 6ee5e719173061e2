import { parentPort } from 'node:worker_threads';
import { inspection } from './inspection.js';

const port = parentPort;
port?.on('message', (body: Uint8Array) => {
  port.postMessage(inspection(body));
});
