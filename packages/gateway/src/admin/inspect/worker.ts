import { parentPort } from 'node:worker_threads';
import { inspection } from './inspection.js';

parentPort?.on('message', (body: Uint8Array) => parentPort?.postMessage(inspection(body)));
