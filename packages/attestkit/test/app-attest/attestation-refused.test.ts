import { describe, expect, it } from 'vitest';
import { ATTESTATION_CHECKS } from '../../src/app-attest/attestation/attestation-checks.js';
import { POLICY_CHECKS } from '../../src/app-attest/attestation/policy-checks.js';
import { BAD_CHAIN } from './support/attestation-chain.js';
import { MALFORMED } from './support/attestation-malformed.js';
import { UNTRUSTED_OR_DENIED } from './support/attestation-untrusted.js';
import { forge } from './support/forge.js';
import { judge } from './support/judge.js';

const GOOD = await forge();
const REFUSED = [...MALFORMED, ...BAD_CHAIN, ...UNTRUSTED_OR_DENIED];

describe('an attestation is refused with its own code for', () => {
  it.each(REFUSED.map((each) => ({ name: `${each[0]}: ${each[1]}`, each })))('$name', async ({ each }) => {
    const [, code, recipe, more] = each;
    const { attestation, expected } = await forge(recipe);
    expect(judge(attestation, { ...expected, ...more })).toBe(`ERR_APP_ATTEST_${code}`);
  });

  it('more than 16 KiB', () => {
    const { expected } = GOOD;
    expect(judge(Buffer.alloc(16_385), expected)).toBe('ERR_APP_ATTEST_TOO_LARGE');
    expect(judge('text' as unknown as Uint8Array, expected)).toBe('ERR_APP_ATTEST_TOO_LARGE');
    expect(judge(Buffer.alloc(16_384), expected)).toBe('ERR_APP_ATTEST_CBOR_MALFORMED');
  });

  it('each check of the catalog that a new attestation goes through', () => {
    const tried = new Set(REFUSED.map(([, code]) => `ERR_APP_ATTEST_${code}`));
    const all = [...Object.values(ATTESTATION_CHECKS), ...Object.values(POLICY_CHECKS)].map(
      ({ code }) => code,
    );
    expect(all.filter((code) => !tried.has(code))).toEqual([
      'ERR_APP_ATTEST_TOO_LARGE',
      'ERR_APP_ATTEST_APP_ID_DENIED',
      'ERR_APP_ATTEST_VIRTUAL_DENIED',
      'ERR_APP_ATTEST_ROOT_DENIED',
      'ERR_APP_ATTEST_RISK_DENIED',
    ]);
  });
});
