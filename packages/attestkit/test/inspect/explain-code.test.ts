import { describe, expect, it } from 'vitest';
import { CATALOG } from '../../src/catalog.js';
import { explainCode } from '../../src/inspect/index.js';
import { CAUSES } from '../../src/inspect/causes/causes.js';
import type { CheckDef } from '../../src/ports/checks.js';

const CHECKS = Object.values(CATALOG).flatMap((room): readonly CheckDef[] => room.checks);

describe('a code', () => {
  it('of the catalog is explained', () => {
    expect(CHECKS.length).toBeGreaterThan(200);
    for (const { code, name, stage, says, spec } of CHECKS) {
      const [cause, remedy] = CAUSES.get(code) ?? [];
      expect(explainCode(code)).toEqual({ code, name, stage, says, spec, cause, remedy });
    }
  });

  it.each([
    '',
    'constructor',
    '__proto__',
    'ERR_',
    'err_approov_token_expired',
    'ERR_APPROOV_TOKEN_EXPIRED ',
  ])('that does not exist is not: %j', (code) => {
    expect(explainCode(code)).toBeUndefined();
  });
});
