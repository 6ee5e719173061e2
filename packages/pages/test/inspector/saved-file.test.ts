import { describe, expect, test } from 'vitest';
import {
  EvidenceError,
  dissectEvidence,
  explainCode,
  inspectEvidence,
  readEvidence,
} from '../../../attestkit/src/inspect/index.js';
import { mintApproovToken } from '../../../testing/src/approov/index.js';
import { looksSaved, readSaved, savedFile, type Reported } from '../../src/inspector/saved/saved-file.js';

const SECRET = Buffer.from(Array.from({ length: 64 }, (_, at) => (at * 37 + 11) & 255)).toString('base64');
const NOW = Date.parse('2026-12-01T12:00:00.000Z');
const DEVICE = 'ExampleDeviceId==';

function inspect(defect?: 'expired'): { inspected: Reported; token: string } {
  const token = mintApproovToken({
    secretBase64: SECRET,
    claims: { did: DEVICE },
    now: NOW,
    ...(defect && { defect }),
  });
  const file = {
    kind: 'approov-token',
    token,
    secretBase64: SECRET,
    at: new Date(NOW).toISOString(),
  } as const;
  const report = inspectEvidence(file);
  const { kind, title, takes, file: read } = readEvidence(file);
  const explained = report.checks.flatMap(({ code }) => explainCode(code) ?? []);
  return {
    inspected: {
      report,
      read: { kind, title, takes },
      explained,
      parts: dissectEvidence({ kind, file: read }),
    },
    token,
  };
}

const { inspected, token } = inspect('expired');
const toSave = { inspected, evidence: { text: token }, members: { secretBase64: SECRET } };

describe('a saved report', () => {
  test('has no identifier, no byte, no evidence and no secret', () => {
    const text = JSON.stringify(savedFile(toSave, false, NOW));
    expect(text).toContain('ERR_APPROOV_TOKEN_EXPIRED');
    for (const secret of [DEVICE, DEVICE.slice(0, -2), token, ...token.split('.'), SECRET])
      expect(text).not.toContain(secret);
  });

  test('has all but what was given beside it if that is asked for', () => {
    const file = savedFile(toSave, true, NOW);
    expect(file).toMatchObject({ masked: false, evidence: { text: token }, inspected });
    expect(JSON.stringify(file)).not.toContain(SECRET);
  });

  test.each([true, false])('is read again as it was (with identifiers: %s)', (isWhole) => {
    const file = savedFile(toSave, isWhole, NOW);
    const { evidence: _, ...shown } = file;
    const text = JSON.stringify(file, null, 1);
    expect(looksSaved(text)).toBe(true);
    expect(readSaved(text)).toEqual(JSON.parse(JSON.stringify(shown)));
  });

  test('without evidence can be made, too', () => {
    expect(savedFile({ ...toSave, evidence: undefined }, true, NOW)).not.toHaveProperty('evidence');
    expect(savedFile({ ...toSave, evidence: { base64: 'AQ==' } }, false, NOW).masked).toBe(true);
    expect(savedFile({ ...toSave, evidence: { text: '{"keyId":' } }, false, NOW).masked).toBe(true);
  });

  test('of evidence that passes is read again', () => {
    const passed = inspect().inspected;
    expect(passed.report.verdict).toBe('pass');
    expect(readSaved(JSON.stringify(savedFile({ ...toSave, inspected: passed }, true, NOW)))).toMatchObject({
      savedAt: '2026-12-01T12:00:00.000Z',
    });
  });
});

describe('a file that somebody else wrote', () => {
  const good = JSON.parse(JSON.stringify(savedFile(toSave, true, NOW))) as Record<string, unknown>;

  /** The file with the value at a path changed. */
  function changed(path: string, value: unknown): string {
    const copy = structuredClone(good) as Record<string, unknown>;
    const names = path.split('.');
    const last = names.pop() as string;
    const owner = names.reduce<Record<string, unknown>>(
      (each, name) => each[name] as Record<string, unknown>,
      copy,
    );
    if (value === undefined) delete owner[last];
    else owner[last] = value;
    return JSON.stringify(copy);
  }

  test.each(['', '{', '[]', 'null', '"a"', '{"attestkit":1}', '{"attestkit":"other"}'])(
    '%j is not one',
    (text) => {
      expect(readSaved(text)).toBe('This is not a saved report.');
      expect(looksSaved(text)).toBe(false);
    },
  );

  test('of a newer version is not guessed at', () => {
    expect(readSaved(changed('version', 2))).toMatch(/newer inspector/);
  });

  test.each([
    ['inspected', undefined],
    ['inspected', []],
    ['inspected.report', null],
    ['inspected.report.kind', 'constructor'],
    ['inspected.report.kind', undefined],
    ['inspected.report.at', 'soon'],
    ['inspected.report.at', 5],
    ['inspected.report.verdict', 'pass'],
    ['inspected.report.verdict', 'PASS'],
    ['inspected.report.code', { a: 1 }],
    ['inspected.report.checks', {}],
    ['inspected.report.checks', []],
    ['inspected.report.unverified', 'x'],
    ['inspected.report.unverified', null],
    ['inspected.report.result', ['x']],
    ['inspected.report.checks.0.ok', 'true'],
    ['inspected.report.checks.0.name', { toString: 'x' }],
    ['inspected.report.checks.0.detail', undefined],
    ['inspected.report.checks.0', null],
    ['inspected.report.notes', 'a note'],
    ['inspected.report.notes', [1]],
    ['inspected.report.notChecked', undefined],
    ['inspected.report.readAs', 5],
    ['inspected.report.cause', []],
    ['inspected.explained', {}],
    ['inspected.explained.0.says', 1],
    ['inspected.explained.0', 'a'],
    ['inspected.read', undefined],
    ['inspected.read.title', {}],
    ['inspected.read.takes', {}],
    ['inspected.parts', {}],
    ['inspected.parts.0', 1],
    ['inspected.parts.0.bytes', 1],
    ['inspected.parts.0.problem', {}],
    ['inspected.parts.0.root', null],
    ['inspected.parts.0.root.offset', '0'],
    ['inspected.parts.0.root.length', 1.5],
    ['inspected.parts.0.root.label', 1],
    ['inspected.parts.0.root.children', {}],
    ['inspected.parts.0.root.children.0', null],
    ['inspected.parts.0.root.children.0.type', undefined],
    ['inspected.parts.0.certificate', 'CN=a'],
    ['inspected.parts.0.certificate', { subject: 'CN=a' }],
  ])('with another %s is refused: %j', (path, value) => {
    expect(readSaved(changed(path, value))).toBe('This saved report is damaged: save it again.');
  });

  test('its certificates have texts and an index', () => {
    const texts = {
      subject: '',
      issuer: '',
      notBefore: '',
      notAfter: '',
      serialNumber: '',
      key: '',
      pin: '',
    };
    expect(readSaved(changed('inspected.parts.0.certificate', texts))).toMatchObject({ version: 1 });
    for (const wrong of [{ signedBy: 'a' }, { signedBy: 0.5 }, { root: 1 }, { pin: undefined }])
      expect(readSaved(changed('inspected.parts.0.certificate', { ...texts, ...wrong }))).toMatch(/damaged/);
  });

  test('a report that fails with every check held is no report', () => {
    const checks = (good['inspected'] as Reported).report.checks.map((check) => ({ ...check, ok: true }));
    expect(readSaved(changed('inspected.report.checks', checks))).toMatch(/damaged/);
  });

  test('when it was saved may be missing', () => {
    expect(readSaved(changed('savedAt', 'x'))).toMatchObject({ savedAt: '' });
    expect(readSaved(changed('savedAt', undefined))).toMatchObject({ savedAt: '' });
    expect(readSaved(changed('masked', 'yes'))).toMatchObject({ masked: false });
  });

  test('the server takes it for no evidence', () => {
    expect(() => inspectEvidence(JSON.stringify(good))).toThrow(EvidenceError);
  });
});
