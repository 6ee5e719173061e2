import { describe, expect, it } from 'vitest';
import { AttestationError, ConfigurationError } from '../../src/kernel/errors.js';
import type { Enrolled } from '../../src/ports/enrollment.js';
import { appraiseDevice, readPolicy, type DevicePolicy } from '../../src/sessions/policy.js';
import { AUDIENCE, Backend, bearer, Clock, newKey, tokensOf } from './support/backend.js';

const NOW = 1_800_000_000_000;
const PHONE: Enrolled = {
  kind: 'some',
  platform: 'android',
  appId: 'com.example.app',
  environment: 'production',
  integrity: 'device',
  attestedAt: NOW - 60_000,
  facts: {},
};

function code(policy: DevicePolicy, change: Partial<Enrolled> = {}): string | undefined {
  try {
    appraiseDevice({ ...PHONE, ...change }, readPolicy(policy), NOW);
    return undefined;
  } catch (error) {
    if (!(error instanceof AttestationError)) throw error;
    expect(error.stage).toBe('denied');
    return error.code;
  }
}

function without(name: keyof Enrolled): Enrolled {
  const { [name]: _, ...rest } = PHONE;
  return rest as Enrolled;
}

describe('the policy for all platforms', () => {
  it('asks for nothing where it says nothing', () => {
    expect(code({})).toBeUndefined();
    expect(code({}, { platform: 'unknown', environment: 'unknown', attestedAt: 0 })).toBeUndefined();
  });

  it.each<[DevicePolicy, Partial<Enrolled>, string | undefined]>([
    [{ platforms: ['android', 'ios'] }, {}, undefined],
    [{ platforms: ['ios'] }, {}, 'ERR_POLICY_PLATFORM_DENIED'],
    [{ platforms: ['ios', 'android'] }, { platform: 'unknown' }, 'ERR_POLICY_PLATFORM_DENIED'],
    [{ environments: ['production'] }, {}, undefined],
    [{ environments: ['production'] }, { environment: 'development' }, 'ERR_POLICY_ENVIRONMENT_DENIED'],
    [{ environments: ['production'] }, { environment: 'unknown' }, 'ERR_POLICY_ENVIRONMENT_DENIED'],
    [{ minimumIntegrity: 'device' }, {}, undefined],
    [{ minimumIntegrity: 'app' }, { integrity: 'app' }, undefined],
    [{ minimumIntegrity: 'basic' }, { integrity: 'app' }, 'ERR_POLICY_INTEGRITY_DENIED'],
    [{ minimumIntegrity: 'device' }, { integrity: 'basic' }, 'ERR_POLICY_INTEGRITY_DENIED'],
    [{ minimumIntegrity: 'hardware' }, {}, 'ERR_POLICY_INTEGRITY_DENIED'],
    [{ minimumIntegrity: 'hardware' }, { integrity: 'hardware' }, undefined],
    [{ minimumIntegrity: 'app' }, { integrity: 'HARDWARE' as 'hardware' }, 'ERR_POLICY_INTEGRITY_DENIED'],
    [{ maxAgeSeconds: 60 }, {}, undefined],
    [{ maxAgeSeconds: 59 }, {}, 'ERR_POLICY_EVIDENCE_TOO_OLD'],
  ])('%j of %j: %s', (policy, change, expected) => {
    expect(code(policy, change)).toBe(expected);
  });

  it('takes evidence that does not say for one that vouches for nothing', () => {
    const silent = without('integrity');
    expect(() => appraiseDevice(silent, { minimumIntegrity: 'app' }, NOW)).toThrow(AttestationError);
  });

  it.each([
    { platforms: [] },
    { platforms: ['windows'] },
    { environments: [] },
    { environments: [7] },
    { minimumIntegrity: 'strong' },
    { maxAgeSeconds: 0 },
    { maxAgeSeconds: 1.5 },
    { minimum: 'hardware' },
  ])('%j fails at start-up', (policy) => {
    expect(() => readPolicy(policy as DevicePolicy)).toThrow(ConfigurationError);
  });
});

describe('the policy of a guard', () => {
  it('is asked at enrollment, and consumes nothing where it says no', async () => {
    const backend = new Backend({ policy: { platforms: ['android'] } });
    const reply = await backend.attest();
    expect([reply.status, reply.code]).toEqual([403, 'ERR_POLICY_PLATFORM_DENIED']);
    expect(await backend.recordId()).toBeUndefined();
  });

  it('is asked again at a refresh, at assert and of signed requests', async () => {
    const clock = new Clock();
    const backend = new Backend({ clock, policy: { maxAgeSeconds: 600 } });
    const key = newKey(clock.now);
    const { session, refresh } = tokensOf(await backend.attest(key));
    clock.ms += 601_000;
    expect((await backend.refresh(refresh)).code).toBe('ERR_POLICY_EVIDENCE_TOO_OLD');
    expect((await backend.post('/assert', await backend.exchange(key))).code).toBe(
      'ERR_POLICY_EVIDENCE_TOO_OLD',
    );
    const { xAppAttest } = key.signRequest({ audience: AUDIENCE, method: 'GET', target: '/' });
    const fields = { ...bearer(session), 'x-app-attest': xAppAttest };
    expect(await backend.use(session, { fields }, { signedRequest: true })).toBe(
      'ERR_POLICY_EVIDENCE_TOO_OLD',
    );
  });

  it('says in the session how far the device is vouched for', async () => {
    const backend = new Backend();
    const { session } = tokensOf(await backend.attest());
    const claims = JSON.parse(Buffer.from(session.split('.')[1] ?? '', 'base64url').toString()) as object;
    expect(claims).toMatchObject({ attestation: { integrity: 'hardware' } });
  });
});
