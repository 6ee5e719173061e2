import { describe, expect, it } from 'vitest';
import { CAUSES, causeOf } from '../../src/inspect/causes/causes.js';
import { CATALOG } from '../../src/catalog.js';
import type { CheckDef } from '../../src/ports/checks.js';

const CODES = Object.values(CATALOG)
  .flatMap(({ checks }): readonly CheckDef[] => checks)
  .map(({ code }) => code);

describe('causes and remedies', () => {
  it('are there for each code, and for no other', () => {
    expect(CODES.length).toBeGreaterThan(400);
    expect([...CAUSES.keys()].toSorted()).toEqual(CODES.toSorted());
    expect(causeOf('ERR_CONFIGURATION')).toBeUndefined();
  });

  it('name the signer of a token, and leave no placeholder', () => {
    expect(causeOf('ERR_SESSION_NOT_YET_VALID')?.cause).toContain('instances');
    expect(causeOf('ERR_APPROOV_TOKEN_NOT_YET_VALID')?.cause).toContain('the clock of Approov');
    for (const [code, texts] of CAUSES)
      expect([code, ...texts.filter((text) => text.includes('*'))]).toEqual([code]);
  });
});
