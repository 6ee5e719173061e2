import { it } from 'vitest';
import { expectNoneRefused, FORMS_OF_DIGITS } from './support/random-secrets.js';

it.each(Object.entries(FORMS_OF_DIGITS))('%s are never refused: 100,000 of a million', (_, draw) => {
  expectNoneRefused(draw, 100_000);
});
