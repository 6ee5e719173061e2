import { describe, expect, it } from 'vitest';
import { appAttest } from '../../src/app-attest/index.js';
import { approov } from '../../src/approov/index.js';
import { guardFromEnv, type Environment } from '../../src/env/index.js';
import type { Guard } from '../../src/index.js';
import { createVirtualApple } from 'attestkit-testing/apple';
import { SECRET_BASE64 } from '../approov/support/tokens.js';
import { request } from '../guard/support/double.js';

const JWT_SECRET = 'k7J2mQ9xT4vB8nR3wL6yP1zC5dF0gH2jK4aS';
const APP = 'TEAMID1234.com.example.app';
const apple = createVirtualApple();
const devices = {
  audience: 'https://api.example.com',
  evidence: [appAttest({ appIds: [APP], roots: [apple.attestationRoot, apple.receiptRoot] })],
};

function make(env: Environment, options: Parameters<typeof guardFromEnv>[0] = {}): Guard {
  return guardFromEnv({ env, log: () => undefined, ...options });
}

async function challengeOf(guard: Guard): Promise<Record<string, unknown>> {
  const asked = { ...request({}), method: 'GET', target: '/device/challenge?device_id=d1' };
  const answer = await guard.answer(asked, '/challenge');
  return JSON.parse(answer?.body ?? '{}') as Record<string, unknown>;
}

describe('sessions from the environment', () => {
  it('need JWT_SECRET alone beside a kind of evidence', async () => {
    const guard = make({ JWT_SECRET }, { devices });
    expect(guard.devices).toBeDefined();
    expect((await challengeOf(guard))['expires_in']).toBe(300);
    expect(guard.route().asked).toEqual(['session']);
  });

  it('take the life of a challenge from CHALLENGE_EXPIRY_SECONDS', async () => {
    const guard = make({ JWT_SECRET, CHALLENGE_EXPIRY_SECONDS: '60' }, { devices });
    expect((await challengeOf(guard))['expires_in']).toBe(60);
  });

  it('stand beside Approov, and a route accepts either', () => {
    const guard = make({ JWT_SECRET, APPROOV_BASE64_SECRET: SECRET_BASE64 }, { devices });
    expect(guard.route().asked).toEqual(['approov', 'session']);
  });

  it('let requests be signed where the audience is known', () => {
    const guard = make({ JWT_SECRET }, { devices });
    expect(guard.route({ signedRequest: true }).asked).toEqual(['session', 'signedRequest']);
  });

  it('enroll by tokens of an attester', () => {
    const attester = {
      APPLE_PUBLIC_KEYS_URL: 'https://attester.example/jwks',
      APP_BUNDLE_ID: 'com.example.app',
    };
    expect(make({ JWT_SECRET, ...attester }).devices).toBeDefined();
  });

  it('are not there without their variables', () => {
    expect(make({ APPROOV_BASE64_SECRET: SECRET_BASE64 }).devices).toBeUndefined();
  });
});

describe('an environment that cannot be right', () => {
  it.each([
    ['no JWT_SECRET', {}, { devices }, 'JWT_SECRET'],
    ['a short JWT_SECRET', { JWT_SECRET: 'short' }, { devices }, 'JWT_SECRET'],
    ['no way to enroll', { JWT_SECRET }, {}, 'APPLE_PUBLIC_KEYS_URL'],
    ['no app', { JWT_SECRET, APPLE_PUBLIC_KEYS_URL: 'https://a.example/jwks' }, {}, 'APP_BUNDLE_ID'],
    ['no keys', { JWT_SECRET, APP_BUNDLE_ID: 'com.example.app' }, {}, 'APPLE_PUBLIC_KEYS_URL'],
    [
      'keys without JWT_SECRET',
      { APPLE_PUBLIC_KEYS_URL: 'https://a.example/jwks', APP_BUNDLE_ID: 'com.example.app' },
      {},
      'JWT_SECRET',
    ],
    [
      'the keys of Sign in with Apple',
      {
        JWT_SECRET,
        APPLE_PUBLIC_KEYS_URL: 'https://appleid.apple.com/auth/keys',
        APP_BUNDLE_ID: 'com.example.app',
      },
      {},
      'APPLE_PUBLIC_KEYS_URL',
    ],
    ['a life in words', { JWT_SECRET, JWT_EXPIRY_SECONDS: '30m' }, { devices }, 'JWT_EXPIRY_SECONDS'],
    ['a life of weeks', { JWT_SECRET, JWT_EXPIRY_SECONDS: '1209600' }, { devices }, 'JWT_EXPIRY_SECONDS'],
    [
      'challenges for a day',
      { JWT_SECRET, CHALLENGE_EXPIRY_SECONDS: '86400' },
      { devices },
      'CHALLENGE_EXPIRY_SECONDS',
    ],
    ['a life of zero', { JWT_SECRET, JWT_EXPIRY_SECONDS: '0' }, { devices }, 'JWT_EXPIRY_SECONDS'],
    [
      'report-only, which would open routes of sessions',
      { JWT_SECRET, APPROOV_BASE64_SECRET: SECRET_BASE64, APPROOV_ABORT_REQUEST_ON_INVALID_TOKEN: 'false' },
      { devices },
      'APPROOV_ABORT_REQUEST_ON_INVALID_TOKEN',
    ],
  ] as const)('%s fails at start-up', (_, env, options, variable) => {
    expect(() => make(env, options)).toThrow(expect.objectContaining({ variable }) as Error);
  });
});

describe('further evidence', () => {
  const further = approov({ secretBase64: SECRET_BASE64, header: 'x-other' });
  const other = { ...further, kind: 'other' as const };

  it('stands beside what the variables say, and needs none of them', () => {
    expect(make({}, { evidence: [other] }).route().asked).toEqual(['other']);
    const both = make({ APPROOV_BASE64_SECRET: SECRET_BASE64 }, { evidence: [other] });
    expect(both.route().asked).toEqual(['approov', 'other']);
  });

  it('is not opened by the switch of Approov', () => {
    const env = { APPROOV_BASE64_SECRET: SECRET_BASE64, APPROOV_ABORT_REQUEST_ON_INVALID_TOKEN: 'false' };
    expect(() => make(env, { evidence: [other] })).toThrow(/APPROOV_ABORT_REQUEST_ON_INVALID_TOKEN/);
  });
});
