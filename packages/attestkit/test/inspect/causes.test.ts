import { describe, expect, it } from 'vitest';
import { CAUSES, causeOf } from '../../src/inspect/causes/causes.js';
import { APP_ATTEST_CHECKS } from '../../src/app-attest/checks.js';
import { APP_CHECK_CHECKS } from '../../src/app-check/checks.js';
import { APPROOV_CHECKS } from '../../src/approov/checks.js';
import { ENDPOINT_CHECKS } from '../../src/endpoints/checks.js';
import { GUARD_CHECKS } from '../../src/guard/checks.js';
import { KEY_ATTESTATION_CHECKS } from '../../src/key-attestation/checks.js';
import { NET_CHECKS } from '../../src/net/checks.js';
import { PLAY_INTEGRITY_CHECKS } from '../../src/play-integrity/checks.js';
import { SESSIONS_CHECKS } from '../../src/sessions/checks.js';
import { SIGNED_TOKEN_CHECKS } from '../../src/signed-token/checks.js';
import type { CheckDef } from '../../src/ports/checks.js';
import { STORE_CHECKS } from '../../src/stores/checks.js';

const CODES = [
  ...APPROOV_CHECKS,
  ...APP_ATTEST_CHECKS,
  ...KEY_ATTESTATION_CHECKS,
  ...PLAY_INTEGRITY_CHECKS,
  ...APP_CHECK_CHECKS,
  ...SIGNED_TOKEN_CHECKS,
  ...SESSIONS_CHECKS,
  ...[STORE_CHECKS, NET_CHECKS, GUARD_CHECKS, ENDPOINT_CHECKS].flatMap((list) =>
    Object.values<CheckDef>(list),
  ),
].map(({ code }) => code);

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
