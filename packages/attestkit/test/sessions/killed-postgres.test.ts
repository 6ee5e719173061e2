import { describe } from 'vitest';
import { present } from '../stores/support/servers.js';
import { itSurvives } from './support/kill.js';
import { SHARED } from './support/race-stores.js';

const there = await present('PostgreSQL server', async () => (await SHARED.postgres()).close());

describe.skipIf(!there)('a process that is killed at any step on PostgreSQL costs its client nothing', () => {
  itSurvives(SHARED.postgres);
});
