import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { appAttest } from '../../src/app-attest/index.js';
import { approov } from '../../src/approov/index.js';
import { createGuard } from '../../src/create-guard.js';
import { devices, type DevicesOptions } from '../../src/devices/index.js';
import { ConfigurationError } from '../../src/kernel/errors.js';

import { memoryStore } from '../../src/stores/memory.js';
import { double } from '../guard/support/double.js';
import { APP_ID, AUDIENCE, apple, newSecret, requestOf } from '../sessions/support/backend.js';

const evidenceOfPhones = () =>
  appAttest({ appIds: [APP_ID], roots: [apple.attestationRoot, apple.receiptRoot] });

const SOUND = {
  evidence: [evidenceOfPhones()],
  secret: newSecret(),
  store: memoryStore(),
  audience: AUDIENCE,
} as const;

/** The option that start-up complains about. */
function complaint(change: object, guard: object = {}): string {
  try {
    createGuard({ devices: devices({ ...SOUND, ...change } as DevicesOptions), ...guard });
  } catch (error) {
    if (error instanceof ConfigurationError) return error.variable;
    throw error;
  }
  return 'none';
}

describe('a guard that enrolls devices', () => {
  it('needs a secret, a store, and kinds of evidence that can be told apart', () => {
    expect(complaint({})).toBe('none');
    expect(complaint({ secret: undefined })).toBe('devices.secret');
    expect(complaint({ secret: '' })).toBe('devices.secret');
    expect(complaint({ secret: 'short' })).toBe('devices.secret');
    expect(complaint({ secret: [] })).toBe('devices.secret');
    expect(complaint({ secret: [SOUND.secret, SOUND.secret] })).toBe('devices.secret');
    expect(complaint({ secret: 'your-secret-key-your-secret-key-your-secret-key' })).toBe('devices.secret');
    expect(complaint({ store: undefined })).toBe('devices.store');
    expect(complaint({ evidence: [evidenceOfPhones(), evidenceOfPhones()] })).toBe('devices.evidence');
    const sameField = { ...evidenceOfPhones(), kind: 'other', proof: undefined };
    expect(complaint({ evidence: [evidenceOfPhones(), sameField] })).toBe('devices.evidence');
    const sameProof = { ...evidenceOfPhones(), kind: 'other', fields: ['other'] };
    expect(complaint({ evidence: [evidenceOfPhones(), sameProof] })).toBe('devices.evidence');
  });

  it('takes nothing for evidence, for enrollment or for a store that is none', () => {
    const wrong: [object, string][] = [
      [{ evidence: [] }, 'devices.evidence'],
      [{ evidence: undefined }, 'devices.evidence'],
      [{ evidence: [appAttest] }, 'devices.evidence'],
      [{ evidence: [approov({ secretBase64: randomBytes(32).toString('base64') })] }, 'devices.evidence'],
      [{ evidence: [null] }, 'devices.evidence'],
      [{ store: null }, 'devices.store'],
      [{ store: memoryStore }, 'devices.store'],
      [{ store: {} }, 'devices.store'],
      [{ store: { ...memoryStore(), claim: undefined } }, 'devices.store'],
      [{ secrets: 'x' }, 'devices.secrets'],
    ];
    for (const [change, option] of wrong) expect(complaint(change)).toBe(option);
    const ofGuard: [object, string][] = [
      [{ evidence: [appAttest] }, 'evidence'],
      [{ evidence: [evidenceOfPhones()] }, 'evidence'],
      [{ evidence: ['session'] }, 'evidence'],
      [{ evidence: [undefined] }, 'evidence'],
      [{ evidence: [double('session')] }, 'evidence'],
      [{ devices: { ...SOUND } }, 'devices'],
      [{ devices: devices as unknown as object }, 'devices'],
    ];
    for (const [change, option] of ofGuard) expect([option, complaint({}, change)]).toEqual([option, option]);
  });

  it('holds the settings of sessions to their bounds', () => {
    const wrong: [object, string][] = [
      [{ expirySeconds: 0 }, 'devices.sessions.expirySeconds'],
      [{ expirySeconds: 1.5 }, 'devices.sessions.expirySeconds'],
      [{ expirySeconds: 86_401 }, 'devices.sessions.expirySeconds'],
      [{ expirySeconds: '1800' }, 'devices.sessions.expirySeconds'],
      [{ expirySeconds: Number.NaN }, 'devices.sessions.expirySeconds'],
      [{ refreshLifetimeSeconds: 1799 }, 'devices.sessions.refreshLifetimeSeconds'],
      [{ refreshLifetimeSeconds: 31_622_401 }, 'devices.sessions.refreshLifetimeSeconds'],
      [{ header: 'x session' }, 'devices.sessions.header'],
      [{ header: '' }, 'devices.sessions.header'],
      [{ issuer: '' }, 'devices.sessions.issuer'],
      [{ revocation: 'never' }, 'devices.sessions.revocation'],
      [{ revocation: 5 }, 'devices.sessions.revocation'],
      [{ revocation: { maxStaleSeconds: 0 } }, 'devices.sessions.revocation.maxStaleSeconds'],
      [{ revocation: { maxStaleSeconds: 3601 } }, 'devices.sessions.revocation.maxStaleSeconds'],
      [{ revocation: {} }, 'devices.sessions.revocation.maxStaleSeconds'],
      [{ bind: { ip: { v4: 7 } } }, 'devices.sessions.bind.ip.v4'],
      [{ bind: { userAgent: 'yes' } }, 'devices.sessions.bind.userAgent'],
      [{ keys: [] }, 'devices.sessions.keys'],
      [{ expirySecond: 5 }, 'devices.sessions.expirySecond'],
    ];
    for (const [sessions, option] of wrong) expect(complaint({ sessions })).toBe(option);
    const ofDevices: [object, string][] = [
      [{ challengeExpirySeconds: 3601 }, 'devices.challengeExpirySeconds'],
      [{ counterWindow: -1 }, 'devices.counterWindow'],
      [{ counterWindow: 65 }, 'devices.counterWindow'],
      [{ counterWindow: 0.5 }, 'devices.counterWindow'],
      [{ idleDays: 29 }, 'devices.idleDays'],
      [{ audience: 'a\nb' }, 'devices.audience'],
      [{ subject: 'alice' }, 'devices.subject'],
      [{ limits: { addressPerMinute: 0 } }, 'devices.limits.addressPerMinute'],
    ];
    for (const [change, option] of ofDevices) expect(complaint(change)).toBe(option);
  });

  it('brings the kinds session and signedRequest, of which a route accepts session by default', () => {
    const guard = createGuard({ devices: devices(SOUND) });
    expect(guard.route().asked).toEqual(['session']);
    expect(guard.route({ signedRequest: true }).asked).toEqual(['session', 'signedRequest']);
    expect(guard.route({ signedRequest: { session: 'optional' }, accept: ['signedRequest'] }).asked).toEqual([
      'signedRequest',
    ]);
    expect(() => guard.route({ accept: ['sesion' as 'session'] })).toThrow(ConfigurationError);
  });

  it('needs to be told what a route accepts beside another kind', () => {
    const more = { evidence: [double('a')] };
    expect(complaint({}, more)).toBe('accept');
    expect(complaint({}, { ...more, accept: ['session'] })).toBe('none');
  });

  it('has neither endpoints nor devices without the option', () => {
    const guard = createGuard({ evidence: [double('a')] });
    expect(guard.answer(requestOf({}), '/challenge')).toBeUndefined();
    expect(guard.devices).toBeUndefined();
  });

  it('refuses a published secret outside of development, and says which option', () => {
    const before = process.env['NODE_ENV'];
    process.env['NODE_ENV'] = 'production';
    try {
      const published =
        'h+CX0tOzdAAR9l15bWAqvq7w9olk66daIH+Xk+IAHhVVHszjDzeGobzNnqyRze3lw/WVyWrc2gZfh3XXfBOmww==';
      expect(complaint({ secret: published })).toBe('devices.secret');
      expect(complaint({})).toBe('none');
    } finally {
      process.env['NODE_ENV'] = before;
    }
  });
});
