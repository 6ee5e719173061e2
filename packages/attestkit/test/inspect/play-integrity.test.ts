import { describe, expect, it } from 'vitest';
import { inspectEvidence } from '../../src/inspect/index.js';
import { inspectPlayIntegrityVerdict } from '../../src/play-integrity/index.js';
import {
  app,
  CLEARED,
  device,
  expected as verdictExpected,
  request,
  responseKeys,
  token,
  verdict,
} from '../play-integrity/support/tokens.js';
import { EXPECT, PAYLOAD, TOKEN } from './support/android-files.js';
import { failed } from './support/unusable.js';

const codes = (...names: readonly string[]): readonly string[] =>
  names.map((name) => `ERR_PLAY_INTEGRITY_${name}`);
const payload = (sections: object): object => ({ payload: verdict(sections) });

describe('a verdict of Play Integrity', () => {
  it('passes, decoded here or by Google', () => {
    const decoded = inspectEvidence(PAYLOAD);
    expect([decoded.verdict, decoded.notChecked]).toEqual(['pass', ['origin', 'earlier use']]);
    const report = inspectEvidence(TOKEN);
    expect([report.verdict, report.notChecked]).toEqual(['pass', ['earlier use']]);
    expect(report).toMatchObject({ result: { payload: PAYLOAD.payload, testing: false, unrecognized: [] } });
    const shared = report.checks.slice(-decoded.checks.length);
    expect(shared).toEqual(decoded.checks);
    expect(report.checks.length).toBeGreaterThan(decoded.checks.length);
  });

  it('says what it was not compared with', () => {
    const report = inspectEvidence({ ...PAYLOAD, expect: undefined });
    expect(report.verdict).toBe('pass');
    expect(report.notChecked).toEqual(['origin', 'package', 'request', 'certificate', 'earlier use']);
    const made = report.checks.map(({ code }) => code);
    const all = inspectEvidence(PAYLOAD).checks.map(({ code }) => code);
    expect(all.filter((code) => !made.includes(code))).toEqual(
      codes('REQUEST_PACKAGE_MISMATCH', 'BINDING_MISMATCH', 'CERTIFICATE_MISMATCH'),
    );
  });

  it.each<[string, object]>([
    ['a request hash', { requestHash: 'x', nonce: undefined }],
    ['a nonce', {}],
  ])('is not compared with %s where there is none to compare with', (_, details) => {
    const file = { ...PAYLOAD, ...payload(request(details)), expect: { packageName: EXPECT.packageName } };
    expect(inspectEvidence(file).verdict).toBe('pass');
  });

  it.each<[string, object, readonly string[]]>([
    [
      'for another app',
      { expect: { ...EXPECT, packageName: 'com.example.other' } },
      codes('REQUEST_PACKAGE_MISMATCH', 'APP_PACKAGE_MISMATCH'),
    ],
    ['of another request', { expect: { ...EXPECT, nonce: 'AAAA' } }, codes('BINDING_MISMATCH')],
    [
      'bound in another way',
      { expect: { ...EXPECT, nonce: undefined, requestHash: 'x' } },
      codes('BINDING_KIND_MISMATCH', 'BINDING_MISMATCH'),
    ],
    [
      'of a copy of the app',
      { expect: { ...EXPECT, acceptedCertificates: ['00'.repeat(32)] } },
      codes('CERTIFICATE_MISMATCH'),
    ],
    ['of an old app', { expect: { ...EXPECT, minimumVersionCode: '43' } }, codes('VERSION_CODE_DENIED')],
    ['that is old', { at: '2026-06-01T12:30:00Z' }, codes('TOO_OLD')],
    ['that is older than asked', { expect: { ...EXPECT, maxAgeSeconds: 4 } }, codes('TOO_OLD')],
    ['of later', { at: '2026-06-01T11:30:00Z' }, codes('NOT_YET_VALID')],
    ['of a weaker device', { policy: { deviceLabels: ['MEETS_STRONG_INTEGRITY'] } }, codes('DEVICE_DENIED')],
    ['of no known device', payload(device({ deviceRecognitionVerdict: [] })), codes('DEVICE_DENIED')],
    [
      'whose two packages differ, where none is expected',
      { ...payload(app({ packageName: 'com.example.other' })), expect: undefined },
      codes('APP_PACKAGE_MISMATCH'),
    ],
    [
      'bound by nothing, where nothing is expected',
      { ...payload(request({ nonce: undefined })), expect: undefined },
      codes('BINDING_KIND_MISMATCH', 'BINDING_MISMATCH'),
    ],
    [
      'without a package, where none is expected',
      { ...payload(request({ requestPackageName: undefined })), expect: undefined },
      codes('REQUEST_PACKAGE_MISMATCH', 'APP_PACKAGE_MISMATCH'),
    ],
    ['for testers', payload({ testingDetails: { isTestingResponse: true } }), codes('TESTING_DENIED')],
    ['that is null', { payload: null }, codes('VERDICT_MALFORMED')],
    ['that is a list', { payload: [] }, codes('VERDICT_MALFORMED')],
    ['that is text', { payload: 'x' }, codes('VERDICT_MALFORMED')],
    [
      'that is half JSON in quotes',
      { payload: JSON.stringify(verdict()).slice(1) },
      codes('VERDICT_MALFORMED'),
    ],
    ['that is a list in quotes', { payload: '[]' }, codes('VERDICT_MALFORMED')],
    [
      'that is 10,000 deep',
      { payload: JSON.parse(`${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`) },
      codes('VERDICT_MALFORMED'),
    ],
  ])('%s fails', (_, members, expected) => {
    const report = inspectEvidence({ ...PAYLOAD, ...members });
    expect(failed(report)).toEqual(expected);
    expect(report.verdict === 'fail' && report.code).toBe(expected[0]);
  });

  it('may be the whole answer of Google’s server', () => {
    const answer = { ...PAYLOAD, payload: { tokenPayloadExternal: PAYLOAD.payload } };
    expect(inspectEvidence(answer)).toEqual(inspectEvidence(PAYLOAD));
    const inner = { tokenPayloadExternal: PAYLOAD.payload };
    for (const [answered, path] of [
      [JSON.stringify(inner), 'JSON text, tokenPayloadExternal'],
      [JSON.stringify(PAYLOAD.payload), 'JSON text'],
      [{ status: 200, data: inner }, 'data, tokenPayloadExternal'],
      [{ data: { data: inner } }, 'data, data, tokenPayloadExternal'],
      [[inner], 'a list, tokenPayloadExternal'],
      [{ data: JSON.stringify([inner]) }, 'data, JSON text, a list, tokenPayloadExternal'],
    ] as const)
      expect(inspectEvidence({ ...PAYLOAD, payload: answered })).toEqual({
        ...inspectEvidence(PAYLOAD),
        notes: [`The verdict was taken out of ${path}. A server takes it alone.`],
      });
    const deep = Array.from({ length: 8 }).reduce((data) => ({ data }), inner as unknown);
    for (const other of [deep, [inner, inner], [PAYLOAD.payload], { data: PAYLOAD.payload }, [], [[]]])
      expect(inspectEvidence({ ...PAYLOAD, payload: other }).verdict).toBe('fail');
    const more = { ...PAYLOAD, payload: { ...PAYLOAD.payload, tokenPayloadExternal: verdict() } };
    expect(inspectEvidence(more)).toMatchObject({ result: { payload: more.payload } });
    expect(failed(inspectEvidence({ ...PAYLOAD, payload: { tokenPayloadExternal: 'x' } }))).toEqual(
      codes('VERDICT_MALFORMED'),
    );
  });

  it('says its times as times, and how far apart they may be', () => {
    const of = (at: string, code: string): string | undefined =>
      inspectEvidence({ ...PAYLOAD, at }).checks.find((check) => check.code === codes(code)[0])?.detail;
    const requested = 'requested 2026-06-01T11:59:55.000Z, and it is';
    expect(of('2026-06-01T12:30:00Z', 'TOO_OLD')).toBe(
      `the verdict was requested too long ago: ${requested} 2026-06-01T12:30:00.000Z; allowed are 600 s`,
    );
    expect(of('2026-06-01T11:30:00Z', 'NOT_YET_VALID')).toBe(
      `the verdict was requested in the future: ${requested} 2026-06-01T11:30:00.000Z; allowed are 60 s ahead`,
    );
    expect(of('2026-06-01T12:00:00Z', 'TOO_OLD')).toBe(
      `${requested} 2026-06-01T12:00:00.000Z; allowed are 600 s`,
    );
  });

  it('has times in what is reported without a file, too', () => {
    const details = inspectPlayIntegrityVerdict(verdict(), verdictExpected).checks.map(
      ({ detail }) => detail,
    );
    expect(details).toContain('found 2026-06-01T11:59:55.000Z, expected 2026-06-01T11:50:00.000Z or later');
    expect(details).toContain('found 2026-06-01T11:59:55.000Z, expected 2026-06-01T12:01:00.000Z or earlier');
  });

  it.each([undefined, 'x', '99999999999999999'])(
    'whose time is %j is written all the same',
    (timestampMillis) => {
      const report = inspectEvidence({ ...PAYLOAD, ...payload(request({ timestampMillis })) });
      expect(report.verdict).toBe('fail');
      expect(JSON.stringify(report)).not.toContain('Invalid');
    },
  );

  it('that is cleared fails for that, first', () => {
    const report = inspectEvidence({ ...PAYLOAD, ...payload(CLEARED) });
    expect(report.verdict === 'fail' && report.code).toBe('ERR_PLAY_INTEGRITY_EVALUATION_MISSING');
  });

  it.each<[string, object]>([
    ['of other keys', responseKeys().printed],
    ['of another verification key', { verificationKey: responseKeys().printed.verificationKey }],
    ['with a bit too many', { token: `${TOKEN.token}A` }],
    ['that is none', { token: '' }],
    ['of an app’s own making', { token: token({}, { key: responseKeys().privateKey }) }],
  ])('in a token %s fails, and nothing vouches for it', (_, members) => {
    const report = inspectEvidence({ ...TOKEN, ...members });
    expect(report.verdict).toBe('fail');
    expect(report).not.toHaveProperty('result');
    expect(failed(report)[0]).toMatch(/^ERR_PLAY_INTEGRITY_/);
  });
});
