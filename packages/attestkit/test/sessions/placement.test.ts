import { describe, expect, it } from 'vitest';
import { AttestationError } from '../../src/kernel/errors.js';
import type { Enrolled } from '../../src/ports/enrollment.js';
import { placementOf, type Candidate, type Standing } from '../../src/sessions/enrollment/placement.js';
import { NO_MARKS, type DeviceRecord } from '../../src/sessions/state/device-record.js';
import type { KeyPointer } from '../../src/sessions/state/key-pointer.js';

const KEY = { id: 'key-1', thumbprint: 't', publicKey: 'p' };
const OTHER = { ...KEY, id: 'key-2' };

/** Evidence of a kind; with a key unless that is said. */
const evidence = (more: Partial<Enrolled> = {}): Enrolled => ({
  kind: 'one',
  platform: 'ios',
  appId: 'app',
  environment: 'production',
  attestedAt: 0,
  facts: {},
  key: KEY,
  ...more,
});
const keyless = (more: Partial<Enrolled> = {}): Enrolled => {
  const { key: _, ...rest } = evidence(more);
  return rest;
};
const candidate = (enrolled: Enrolled, more: Partial<Candidate> = {}): Candidate => ({
  deviceId: 'phone',
  enrolled,
  user: undefined,
  provesKey: true,
  ...more,
});
const record = (enrolled: Enrolled, more: Partial<DeviceRecord> = {}): DeviceRecord => ({
  ...NO_MARKS,
  id: 'record',
  deviceId: 'phone',
  createdAt: 0,
  enrolledAt: 0,
  enrolled,
  keyGen: 1,
  blocked: [],
  families: [],
  used: true,
  ...more,
});
const pointer = (more: Partial<KeyPointer> = {}): KeyPointer => ({
  deviceId: 'phone',
  kind: 'one',
  appId: 'app',
  key: KEY,
  keyGen: 1,
  ...more,
});

function placed(of: Candidate, standing: Partial<Standing>): string {
  try {
    return placementOf(of, { record: undefined, marks: NO_MARKS, pointer: undefined, ...standing });
  } catch (error) {
    if (error instanceof AttestationError) return `${error.stage} ${error.code}`;
    throw error;
  }
}

const vouching = { vouchesForDeviceId: true } as const;
const ended = (why: 'blocked' | 'retired', id = KEY.id) => ({
  ...NO_MARKS,
  ended: { [id]: { why, until: 1 } },
});

describe('genuine evidence with a key', () => {
  const mine = candidate(evidence());
  it.each<[string, Candidate, Partial<Standing>, string]>([
    ['a free label', mine, {}, 'create'],
    [
      'a free label, after another key of it was blocked',
      mine,
      { marks: ended('blocked', 'key-9') },
      'create',
    ],
    ['its own record', mine, { record: record(evidence()), pointer: pointer() }, 'renew'],
    [
      'its own record, where whoever has a copy of the evidence could send it',
      { ...mine, provesKey: false },
      { record: record(evidence()) },
      'denied ERR_ENROLLMENT_KEY_PROOF_MISSING',
    ],
    ['a record with another key', mine, { record: record(evidence({ key: OTHER })) }, 'replace'],
    [
      'a record with the same key of another kind',
      mine,
      { record: record(evidence({ kind: 'two' })) },
      'denied ERR_ENROLLMENT_KEY_TAKEN',
    ],
    ['a record without a key', mine, { record: record(keyless()) }, 'denied ERR_ENROLLMENT_KIND_MISMATCH'],
    [
      'a label, though its key is blocked',
      mine,
      { pointer: pointer({ blocked: true }) },
      'denied ERR_ENROLLMENT_KEY_BLOCKED',
    ],
    [
      'a label under which it was blocked',
      mine,
      { marks: ended('blocked') },
      'denied ERR_ENROLLMENT_KEY_BLOCKED',
    ],
    [
      'a label under which it was retired',
      mine,
      { marks: ended('retired') },
      'denied ERR_ENROLLMENT_KEY_ENDED',
    ],
    [
      'a label, though its key is another label’s',
      mine,
      { pointer: pointer({ deviceId: 'other' }) },
      'denied ERR_ENROLLMENT_KEY_TAKEN',
    ],
    [
      'a label, though its key is another kind’s',
      mine,
      { pointer: pointer({ kind: 'two' }) },
      'denied ERR_ENROLLMENT_KEY_TAKEN',
    ],
    [
      'a label, though its key was retired',
      mine,
      { pointer: pointer({ retired: true }) },
      'denied ERR_ENROLLMENT_KEY_ENDED',
    ],
  ])('that wants %s', (_, of, standing, outcome) => {
    expect(placed(of, standing)).toBe(outcome);
  });

  it('is of one user, once one is named', () => {
    const ofAnn = { record: record(evidence(), { user: 'ann' }) };
    expect(placed({ ...mine, user: 'ann' }, ofAnn)).toBe('renew');
    expect(placed(mine, ofAnn)).toBe('renew');
    expect(placed({ ...mine, user: 'bob' }, { record: record(evidence()) })).toBe('renew');
    expect(placed({ ...mine, user: 'bob' }, ofAnn)).toMatch(/^denied ERR_ENROLLMENT_USER/);
  });

  it('gets nothing of a record that is blocked', () => {
    expect(placed(mine, { record: record(evidence(), { blocked: ['record'] }) })).toBe(
      'denied ERR_SESSION_DEVICE_BLOCKED',
    );
  });
});

describe('genuine evidence without a key', () => {
  it.each<[string, Enrolled, Enrolled, string]>([
    ['a record of its kind and app', keyless(), keyless(), 'continue'],
    ['a record that its attester vouches for', keyless(vouching), keyless(vouching), 'renew'],
    ['a record that nobody vouched for', keyless(vouching), keyless(), 'continue'],
    ['a record that was vouched for, as one that is not', keyless(), keyless(vouching), 'continue'],
    ['a record of another kind', keyless(), keyless({ kind: 'two' }), 'denied ERR_ENROLLMENT_LABEL_TAKEN'],
    [
      'a record that another attester vouched for',
      keyless(vouching),
      keyless({ ...vouching, kind: 'two' }),
      'denied ERR_ENROLLMENT_LABEL_TAKEN',
    ],
    ['a record of another app', keyless(), keyless({ appId: 'other' }), 'denied ERR_ENROLLMENT_LABEL_TAKEN'],
    ['a record with a key', keyless(), evidence(), 'denied ERR_ENROLLMENT_KIND_MISMATCH'],
  ])('that wants %s', (_, mine, known, outcome) => {
    expect(placed(candidate(mine), { record: record(known) })).toBe(outcome);
  });
});
