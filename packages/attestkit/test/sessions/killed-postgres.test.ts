import { describe } from 'vitest';
import { present } from '../stores/servers.js';
import { itSurvives } from './kill.js';
import { SHARED } from './race-stores.js';

const there = await present('PostgreSQL server', async () => (await SHARED.postgres()).close());

describe.skipIf(!there)('a process that is killed at any step on PostgreSQL costs its client nothing', () => {
  itSurvives(SHARED.postgres);
});
