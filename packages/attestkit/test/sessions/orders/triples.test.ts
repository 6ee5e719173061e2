import { describe } from 'vitest';
import { triplesHold } from './hold.js';
import { openServer } from './subject.js';

describe('three requests at once', () => {
  triplesHold(openServer);
});
