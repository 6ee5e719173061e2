import { describe, expect, it } from 'vitest';
import { inspectEvidence } from '../../src/inspect/index.js';
import { SECONDS, stranger, token } from '../app-check/support/tokens.js';
import { APP_CHECK } from './support/android-files.js';
import { failed } from './support/unusable.js';

const codes = (...names: readonly string[]): readonly string[] =>
  names.map((name) => `ERR_APP_CHECK_TOKEN_${name}`);

describe('a token of App Check', () => {
  it('passes, but for whether it was used before', () => {
    const report = inspectEvidence(APP_CHECK);
    expect([report.verdict, failed(report), report.notChecked]).toEqual(['pass', [], ['earlier use']]);
    expect(report).toMatchObject({ result: { platform: 'android', consumed: false } });
    const expired = report.checks.find(({ code }) => code === 'ERR_APP_CHECK_TOKEN_EXPIRED');
    expect(expired?.detail).toBe(
      'the token says 2026-06-01T12:59:00.000Z, and it is 2026-06-01T12:00:00.000Z',
    );
    expect(inspectEvidence({ ...APP_CHECK, appIds: APP_CHECK.appIds[0] }).verdict).toBe('pass');
  });

  it.each<[string, object, readonly string[]]>([
    ['by a stranger', { token: token({}, {}, stranger.privateKey) }, codes('SIGNATURE_INVALID')],
    ['by an unknown key', { token: token({}, { kid: 'k2' }) }, codes('KEY_UNKNOWN', 'SIGNATURE_INVALID')],
    ['that has expired', { at: '2026-06-01T13:00:00Z' }, codes('EXPIRED')],
    ['of another app', { appIds: ['1:1:ios:0'] }, codes('APP_MISMATCH')],
    ['of another project', { projectNumber: '1' }, codes('ISSUER_MISMATCH', 'AUDIENCE_MISMATCH')],
    ['without an app', { token: token({ sub: '' }) }, codes('SUBJECT_INVALID', 'APP_MISMATCH')],
    [
      'for an audience that is no list',
      { token: token({ aud: 'projects/123456789012' }) },
      codes('AUDIENCE_INVALID'),
    ],
    ['for ever', { token: token({ exp: SECONDS + 9e6 }) }, codes('LIFETIME_INVALID')],
    ['that is none', { token: 'x' }, codes('MALFORMED')],
  ])('%s fails', (_, members, expected) => {
    const report = inspectEvidence({ ...APP_CHECK, ...members });
    expect(failed(report)[0]).toBe(expected[0]);
    expect(failed(report)).toEqual(expected);
  });
});
