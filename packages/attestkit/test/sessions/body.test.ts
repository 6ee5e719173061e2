import { describe, expect, it } from 'vitest';
import type { EnrollmentEvidence } from '../../src/ports/enrollment.js';
import {
  deviceIdOf,
  optionalText,
  sentEvidence,
  textMember,
} from '../../src/sessions/operations/body-members.js';
import { refused } from './support/refusal.js';

const kind = (name: string, ...fields: [string, ...string[]]): EnrollmentEvidence => ({
  kind: name,
  fields,
  verify: () => Promise.reject(new Error('not asked')),
  appraise: () => undefined,
});

const STRONG = kind('strong', 'key_id', 'attestation');
const WEAK = kind('weak', 'token');

/** As JSON.parse makes it. */
const parsed = (text: string) => JSON.parse(text) as Record<string, unknown>;

describe('a member', () => {
  it('is text that is not empty', () => {
    expect(textMember({ a: 'x' }, 'a')).toBe('x');
    for (const value of ['', undefined, null, 1, true, ['x'], { x: 'x' }])
      expect(refused(() => textMember({ a: value }, 'a'))).toBe('ERR_ENROLLMENT_MEMBERS_MALFORMED');
  });

  it('may be absent where that is allowed, but not of another type', () => {
    expect(optionalText({}, 'a')).toBeUndefined();
    for (const value of [null, 1, ['x']])
      expect(refused(() => optionalText({ a: value }, 'a'))).toBe('ERR_ENROLLMENT_MEMBERS_MALFORMED');
  });

  it('is the body’s own, and not its prototype’s', () => {
    const inherited = Object.create({ challenge: 'x', token: 'x' }) as Record<string, unknown>;
    expect(optionalText(inherited, 'challenge')).toBeUndefined();
    expect(refused(() => textMember(parsed('{}'), 'toString'))).toBe('ERR_ENROLLMENT_MEMBERS_MALFORMED');
    expect(refused(() => sentEvidence(inherited, [WEAK]))).toBe('ERR_ENROLLMENT_EVIDENCE_MALFORMED');
    expect(optionalText(parsed('{"__proto__":"x"}'), '__proto__')).toBe('x');
  });
});

describe('the evidence of a body', () => {
  it('is of one kind, with the fields of that kind alone', () => {
    expect(sentEvidence({ token: 't', other: 'o' }, [STRONG, WEAK])).toEqual({
      evidence: WEAK,
      fields: { token: 't' },
    });
    expect(sentEvidence({ attestation: 'a' }, [STRONG, WEAK])).toEqual({
      evidence: STRONG,
      fields: { key_id: undefined, attestation: 'a' },
    });
  });

  it.each([
    ['none', {}],
    ['one that is not taken', { integrity_token: 'x' }],
    ['two', { token: 't', key_id: 'k', attestation: 'a' }],
    ['one, and half of another', { token: 't', key_id: 'k' }],
    ['one, and an empty field of another', { token: 't', attestation: '' }],
    ['one, and a field of another that is null', { token: 't', attestation: null }],
  ])('is refused where there is %s', (_, body) => {
    expect(refused(() => sentEvidence(body, [STRONG, WEAK]))).toBe('ERR_ENROLLMENT_EVIDENCE_MALFORMED');
  });

  it('is refused where a field is no text', () => {
    expect(refused(() => sentEvidence({ token: {} }, [WEAK]))).toBe('ERR_ENROLLMENT_MEMBERS_MALFORMED');
  });
});

it('a device id is 1 to 128 of its characters', () => {
  expect(deviceIdOf('a.b_c:d-E9')).toBe('a.b_c:d-E9');
  expect(deviceIdOf('a'.repeat(128))).toHaveLength(128);
  for (const text of ['', 'a'.repeat(129), 'a b', 'a/b', 'é', 'a\n', undefined, null, 1, ['a']])
    expect(refused(() => deviceIdOf(text))).toBe('ERR_ENROLLMENT_DEVICE_ID_MALFORMED');
});
