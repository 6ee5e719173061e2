import { describe } from 'vitest';
import { countsHold, formulasHold, pairsHold } from './hold.js';
import { openServer } from './subject.js';

describe('two requests at once', () => {
  pairsHold(openServer);
  countsHold(openServer);
  formulasHold(openServer);
});
