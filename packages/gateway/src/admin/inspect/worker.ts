import { parentPort } from 'node:worker_threads';
import { inspection } from './inspection.js';

/** The first message of a thread: it has loaded its code. */
export const READY = 'ready';

const port = parentPort;
port?.on('message', (body: Uint8Array) => {
  port.postMessage(inspection(body));
});
port?.postMessage(READY);
