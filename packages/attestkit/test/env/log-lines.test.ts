import { GUARD_CHECKS } from '../../src/guard/checks.js';
import { describe, expect, it } from 'vitest';
import { endpointLines, logLines } from '../../src/env/log-lines.js';
import { KEY_ATTESTATION_CHECKS } from '../../src/key-attestation/index.js';
import type { DecisionEvent, EndpointEvent, FailureFacts } from '../../src/ports/events.js';

const failure = (code: string): FailureFacts => {
  const check = KEY_ATTESTATION_CHECKS.find((each) => each.code === code);
  if (check === undefined) throw new Error(`no check has the code ${code}`);
  return { code, stage: check.stage, says: check.says, check };
};

const used = (event: Partial<EndpointEvent>): EndpointEvent => ({
  endpoint: 'attest',
  outcome: 'accept',
  status: 200,
  refused: undefined,
  device: undefined,
  address: undefined,
  kind: undefined,
  session: undefined,
  retried: false,
  change: undefined,
  proof: undefined,
  notes: [],
  ...event,
});

describe('the lines of the endpoints', () => {
  it('say who was let in, by what, and what is not known of it', () => {
    const notes = ['attestationVersion 600'];
    expect(endpointLines(used({ kind: 'key-attestation', notes }))).toEqual([
      'ACCEPTED ATTEST REQUEST WITH KEY-ATTESTATION',
      'NOT KNOWN HERE: attestationVersion 600',
    ]);
    expect(endpointLines(used({ endpoint: 'refresh', kind: 'play-integrity' }))).toEqual([
      'ACCEPTED REFRESH REQUEST WITH PLAY-INTEGRITY',
    ]);
  });

  it('say why somebody was not', () => {
    const refused = failure('ERR_KEY_ATTESTATION_DEVICE_UNLOCKED_DENIED');
    expect(endpointLines(used({ outcome: 'refuse', status: 403, refused }))).toEqual([
      'REJECTED ATTEST REQUEST',
      'ERR_KEY_ATTESTATION_DEVICE_UNLOCKED_DENIED: the bootloader of the device is unlocked',
    ]);
    expect(endpointLines(used({ endpoint: 'challenge', refused }))).toHaveLength(2);
  });

  it('are none where a challenge was given out', () => {
    expect(endpointLines(used({ endpoint: 'challenge' }))).toEqual([]);
  });
});

it('a signature by an attested key that does not hold is no invalid Approov token', () => {
  const event: DecisionEvent = {
    outcome: 'refuse',
    route: undefined,
    method: 'POST',
    path: '/',
    address: undefined,
    device: undefined,
    enforcement: 'enforce',
    verified: ['session'],
    asked: ['session', 'assertion'],
    refused: failure('ERR_KEY_ATTESTATION_REQUEST_SIGNATURE_INVALID'),
    reported: [],
    met: [],
    skipped: [],
    status: 401,
    exempt: undefined,
  };
  expect(logLines(event)).toEqual([
    'REJECTED REQUEST WITHOUT A VALID ASSERTION',
    'ERR_KEY_ATTESTATION_REQUEST_SIGNATURE_INVALID: the signature is not the enrolled key’s over this request',
    'ACCEPTED REQUEST WITH VALID SESSION',
  ]);
});

it('a body that is too large, or broke off, is no invalid Approov token', () => {
  for (const check of [GUARD_CHECKS.bodySize, GUARD_CHECKS.bodyReadable]) {
    const refused = { code: check.code, stage: check.stage, says: check.says, check };
    const event = { refused, reported: [], verified: [], met: [], skipped: [] } as unknown as DecisionEvent;
    expect(logLines(event)[0]).toBe('REJECTED REQUEST WITH A BODY THAT CANNOT BE READ');
  }
});
