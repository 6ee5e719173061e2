import { describe } from 'vitest';
import { itSurvives } from './support/kill.js';
import { SHARED } from './support/race-stores.js';

describe('a process that is killed at any step on SQLite costs its client nothing', () => {
  itSurvives(SHARED.sqlite);
});
