import { describe } from 'vitest';
import { itSurvives } from './kill.js';
import { SHARED } from './race-stores.js';

describe('a process that is killed at any step on SQLite costs its client nothing', () => {
  itSurvives(SHARED.sqlite);
});
