import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { cli } from './support/terminal.js';

const NAMED = process.env['ATTESTKIT_VECTORS'];
const FOLDER = NAMED ?? fileURLToPath(new URL('../../../../../shared/vectors', import.meta.url));
const folder = join(FOLDER, 'app-attest');
const there = NAMED !== undefined || process.env['CI'] === 'true' || existsSync(folder);
const files = there ? readdirSync(folder).filter((file) => file.endsWith('.json')) : [];

interface Expected {
  readonly verdict: 'pass' | 'fail';
  readonly because?: string;
  readonly counter?: number;
  readonly riskMetric?: number;
}

interface Report {
  readonly verdict: string;
  readonly code?: string;
  readonly checks: readonly { readonly name: string; readonly ok: boolean; readonly code: string }[];
  readonly result?: { readonly counter?: number; readonly riskMetric?: number; readonly virtual?: boolean };
}

/** What the vectors say of what fails, and every code that then has to fail. */
const BECAUSE: readonly (readonly [RegExp, readonly string[]])[] = [
  [/so the nonce cannot match; every other check passes/, ['ERR_APP_ATTEST_NONCE_MISMATCH']],
  [/receipt form with signedAttrs/, ['ERR_APP_ATTEST_RECEIPT_SIGNED_ATTRIBUTES_UNSUPPORTED']],
  [/signer certificate does not chain to/, ['ERR_APP_ATTEST_RECEIPT_SIGNER_SIGNATURE_INVALID']],
];

describe.skipIf(!there)('real evidence of App Attest (skipped where ../shared/vectors is absent)', () => {
  it('is there', () => {
    for (const kind of ['attestation', 'assertion', 'receipt'])
      expect(files.filter((file) => file.startsWith(kind)).length).toBeGreaterThanOrEqual(7);
  });

  it.each(files)('%s', async (name) => {
    const path = join(folder, name);
    const { expected } = JSON.parse(readFileSync(path, 'utf8')) as { expected: Expected };
    const { status, out, err } = await cli(['inspect', path, '--json'], {});
    expect([status, err]).toEqual([expected.verdict === 'pass' ? 0 : 1, '']);
    const report = JSON.parse(out) as Report;
    expect(report.verdict).toBe(expected.verdict);
    const failed = report.checks.filter(({ ok }) => !ok).map(({ code }) => code);
    const [, because = []] = BECAUSE.find(([words]) => words.test(expected.because ?? '')) ?? [];
    expect(failed).toEqual(because);
    expect(report.code).toBe(because[0]);
    expect(report.result?.counter).toBe(expected.counter);
    expect(report.result?.riskMetric).toBe(expected.riskMetric);

    const text = (await cli(['inspect', path], {})).out;
    expect(text.split('\n').filter((line) => line.length > 80)).toEqual([]);
    expect(text.match(/^ {2}(ok {7}|FAILED {3}|not asked) /gm)).toHaveLength(report.checks.length);
    expect(text).toContain(expected.verdict === 'pass' ? '\nPASS\n' : `\nFAIL ${failed[0]}\n`);
  });
});
