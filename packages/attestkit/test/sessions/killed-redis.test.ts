import { describe } from 'vitest';
import { findRedis, startRedis } from '../stores/support/own-servers.js';
import { present } from '../stores/support/servers.js';
import { itSurvives } from './support/kill.js';
import { openRedis } from './support/race-stores.js';

const there = await present('redis-server to start', findRedis);

describe.skipIf(!there)('a process that is killed at any step on Redis costs its client nothing', () => {
  itSurvives(async () => {
    const { port } = await startRedis('--appendfsync', 'always');
    return openRedis(`redis://127.0.0.1:${port}`, false);
  });
});
