import { GUARD_CHECKS } from '../../src/guard/checks.js';
import { describe, expect, it } from 'vitest';
import { linesOf, logLinesFromEnv } from '../../src/env/log-lines.js';
import { KEY_ATTESTATION_CHECKS } from '../../src/key-attestation/internal.js';
import type { DecisionEvent, EndpointEvent, FailureFacts } from '../../src/ports/events.js';

const failure = (code: string): FailureFacts => {
  const check = KEY_ATTESTATION_CHECKS.find((each) => each.code === code);
  if (check === undefined) throw new Error(`no check has the code ${code}`);
  return { code, stage: check.stage, says: check.says, check };
};

const used = (event: Partial<EndpointEvent>): EndpointEvent => ({
  type: 'endpoint',
  endpoint: 'attest',
  at: 1_795_000_000_000,
  durationMs: 1,
  requestId: 'r',
  method: 'POST',
  path: '/device/attest',
  code: undefined,
  stage: undefined,
  outcome: 'accepted',
  status: 200,
  refused: undefined,
  device: undefined,
  app: undefined,
  address: undefined,
  evidence: undefined,
  session: undefined,
  retried: false,
  notes: [],
  ...event,
});

describe('the lines of the endpoints', () => {
  it('say who was let in, by what, and what is not known of it', () => {
    const notes = ['attestationVersion 600'];
    expect(linesOf(used({ evidence: 'keyAttestation', notes }))).toEqual([
      'ACCEPTED ATTEST REQUEST WITH KEY ATTESTATION',
      'NOT KNOWN HERE: attestationVersion 600',
    ]);
    expect(linesOf(used({ endpoint: 'refresh', evidence: 'playIntegrity' }))).toEqual([
      'ACCEPTED REFRESH REQUEST WITH PLAY INTEGRITY',
    ]);
  });

  it('say why somebody was not', () => {
    const refused = failure('ERR_KEY_ATTESTATION_DEVICE_UNLOCKED_DENIED');
    expect(linesOf(used({ outcome: 'refused', status: 403, refused }))).toEqual([
      'REJECTED ATTEST REQUEST',
      'ERR_KEY_ATTESTATION_DEVICE_UNLOCKED_DENIED: the bootloader of the device is unlocked',
    ]);
    expect(linesOf(used({ endpoint: 'challenge', refused }))).toHaveLength(2);
  });

  it('are none where a challenge was given out', () => {
    expect(linesOf(used({ endpoint: 'challenge' }))).toEqual([]);
  });
});

it('a signature by an attested key that does not hold is no invalid Approov token', () => {
  const event: DecisionEvent = {
    type: 'decision',
    at: 1_795_000_000_000,
    durationMs: 1,
    requestId: 'r',
    code: 'ERR_KEY_ATTESTATION_REQUEST_SIGNATURE_INVALID',
    stage: 'untrusted',
    outcome: 'refused',
    route: undefined,
    method: 'POST',
    path: '/',
    address: undefined,
    device: undefined,
    app: undefined,
    enforcement: 'enforce',
    evidence: ['session'],
    kinds: ['session', 'signedRequest'],
    refused: failure('ERR_KEY_ATTESTATION_REQUEST_SIGNATURE_INVALID'),
    reported: [],
    demandsMet: [],
    demandsSkipped: [],
    status: 401,
    exempt: undefined,
    claimed: undefined,
  };
  expect(linesOf(event)).toEqual([
    'REJECTED REQUEST WITHOUT A VALID ASSERTION',
    'ERR_KEY_ATTESTATION_REQUEST_SIGNATURE_INVALID: the signature is not the enrolled key’s over this request',
    'ACCEPTED REQUEST WITH VALID SESSION',
  ]);
});

it('a body that is too large, or broke off, is no invalid Approov token', () => {
  for (const check of [GUARD_CHECKS.bodySize, GUARD_CHECKS.bodyReadable]) {
    const refused = { code: check.code, stage: check.stage, says: check.says, check };
    const event = {
      type: 'decision',
      refused,
      reported: [],
      evidence: [],
      demandsMet: [],
      demandsSkipped: [],
    } as unknown as DecisionEvent;
    expect(linesOf(event)[0]).toBe('REJECTED REQUEST WITH A BODY THAT CANNOT BE READ');
  }
});

describe('the lines of a guard that is made otherwise', () => {
  it.each([
    [{}, 1],
    [{ APPROOV_LOGGING_ENABLED: 'true' }, 1],
    [{ APPROOV_LOGGING_ENABLED: 'false' }, 0],
  ])('are those of guardFromEnv, with %o', (env, count) => {
    const lines = logLinesFromEnv(env)?.(used({ evidence: 'appAttest' })) ?? [];
    expect(lines).toHaveLength(count);
  });

  it('need a variable that is spelt right', () => {
    expect(() => logLinesFromEnv({ APPROOV_LOGGING_ENABLED: 'no' })).toThrow(/APPROOV_LOGGING_ENABLED/);
  });
});
