import { AttestationError } from 'attestkit';
import { describe, expect, it } from 'vitest';
import type { Kind } from '../../src/kinds/kinds.js';
import { pairedWith, pairOf } from '../../src/subject/paired.js';
import { subject, type Subject } from '../../src/subject/subject.js';
import type { Outcome } from '../../src/run/outcome.js';
import { fuzzSubject } from '../support/fuzzer.js';

/** Without what is thousands of lists deep, which needs a larger stack to be compared than a test has. */
function fuzz(kind: Kind, count: number, given: Subject): Outcome {
  return fuzzSubject(kind, count, given, /^(?!signed: deep)/);
}

const CODE = 'ERR_APPROOV_TOKEN_SIGNATURE_INVALID';
const OLD_CODE = 'ERR_APPROOV_TOKEN_OLD_SIGNATURE';
const { verifyApproovToken, inspectPlayIntegrityVerdict } = subject;

/** Another name for one code, as in an older version. */
const older: typeof verifyApproovToken = (token, expected) => {
  try {
    return verifyApproovToken(token, expected);
  } catch (error) {
    if (!(error instanceof AttestationError) || error.code !== CODE) throw error;
    throw new AttestationError({ name: '', code: OLD_CODE, stage: 'untrusted', says: '', spec: '' });
  }
};

describe('two versions behind one subject', () => {
  it.each<[Kind, number]>([
    ['approov', 400],
    ['verdict', 400],
    ['session', 400],
    ['assertion', 200],
  ])('agree if they are the same: %s', (kind, count) => {
    const outcome = fuzz(kind, count, pairOf(subject, subject, {}));
    expect(outcome).toMatchObject({ count, violation: undefined });
  });

  it('differ if one of them refuses with another code, and the report says how', () => {
    const { violation } = fuzz(
      'approov',
      400,
      pairOf(subject, { ...subject, verifyApproovToken: older }, {}),
    );
    expect(violation?.rule).toMatch(
      /verifyApproovToken differs: .*TOKEN_SIGNATURE.* now, .*OLD_SIGNATURE.* before/,
    );
  });

  it('agree if the code was renamed since', () => {
    const renames = { [OLD_CODE]: CODE };
    const paired = pairOf(subject, { ...subject, verifyApproovToken: older }, renames);
    expect(fuzz('approov', 400, paired).violation).toBeUndefined();
  });

  it('differ if one accepts and the other refuses', () => {
    const accepting = (): object => ({});
    const paired = pairOf(subject, { ...subject, verifyApproovToken: accepting }, {});
    expect(fuzz('approov', 400, paired).violation?.rule).toMatch(/differs: .* now, …"accepted"… before/);
  });

  it('differ if they give another result', () => {
    const other: typeof verifyApproovToken = (token, expected) => ({
      ...verifyApproovToken(token, expected),
      deviceId: 'another',
    });
    const paired = pairOf(subject, { ...subject, verifyApproovToken: other as never }, {});
    expect(fuzz('approov', 400, paired).violation?.rule).toMatch(/verifyApproovToken differs/);
  });

  it('differ if their inspectors do', () => {
    const other: typeof inspectPlayIntegrityVerdict = (payload, expected) => {
      const inspection = inspectPlayIntegrityVerdict(payload, expected);
      return { ...inspection, checks: inspection.checks.slice(1) } as typeof inspection;
    };
    const paired = pairOf(subject, { ...subject, inspectPlayIntegrityVerdict: other }, {});
    expect(fuzz('verdict', 400, paired).violation?.rule).toMatch(/inspectPlayIntegrityVerdict differs/);
  });
});

it('says that a folder is no checkout', async () => {
  await expect(pairedWith(subject, '/no/such/folder', undefined)).rejects.toThrow(
    '/no/such/folder is no checkout with a fuzzer, installed and built',
  );
});
