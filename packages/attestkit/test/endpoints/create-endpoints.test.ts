import { describe, expect, it } from 'vitest';
import { appAttest } from '../../src/app-attest/index.js';
import { createGuard, type GuardOptions } from '../../src/create-guard.js';
import { ConfigurationError } from '../../src/kernel/errors.js';
import { assertion, session } from '../../src/sessions/index.js';
import { memoryStore } from '../../src/stores/memory.js';
import { APP_ID, apple, newSecret, requestOf } from '../sessions/support/backend.js';

const evidenceOfPhones = () =>
  appAttest({ appIds: [APP_ID], roots: [apple.attestationRoot, apple.receiptRoot] });

const SOUND = {
  evidence: [session()],
  enrolment: [evidenceOfPhones()],
  secret: newSecret(),
  store: memoryStore(),
} as const;

/** The option that start-up complains about. */
function complaint(change: object): string {
  try {
    createGuard({ ...SOUND, ...change } as GuardOptions);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.variable;
    throw error;
  }
  return 'none';
}

describe('a guard that enrols devices', () => {
  it('needs a secret, a store, and kinds of evidence that can be told apart', () => {
    expect(complaint({})).toBe('none');
    expect(complaint({ secret: undefined })).toBe('secret');
    expect(complaint({ secret: '' })).toBe('secret');
    expect(complaint({ secret: 'short' })).toBe('secret');
    expect(complaint({ secret: [] })).toBe('secret');
    expect(complaint({ secret: [SOUND.secret, SOUND.secret] })).toBe('secret');
    expect(complaint({ secret: 'your-secret-key-your-secret-key-your-secret-key' })).toBe('secret');
    expect(complaint({ store: undefined })).toBe('store');
    expect(complaint({ enrolment: [evidenceOfPhones(), evidenceOfPhones()] })).toBe('enrolment');
    const sameField = { ...evidenceOfPhones(), kind: 'other', proof: undefined };
    expect(complaint({ enrolment: [evidenceOfPhones(), sameField] })).toBe('enrolment');
    const sameProof = { ...evidenceOfPhones(), kind: 'other', fields: ['other'] };
    expect(complaint({ enrolment: [evidenceOfPhones(), sameProof] })).toBe('enrolment');
  });

  it('takes nothing for evidence, for enrolment or for a store that is none', () => {
    const wrong: [object, string][] = [
      [{ evidence: [session] }, 'evidence'],
      [{ evidence: [session(), evidenceOfPhones()] }, 'evidence'],
      [{ evidence: ['session'] }, 'evidence'],
      [{ evidence: [undefined] }, 'evidence'],
      [{ enrolment: [] }, 'enrolment'],
      [{ enrolment: [appAttest] }, 'enrolment'],
      [{ enrolment: [session()] }, 'enrolment'],
      [{ enrolment: [null] }, 'enrolment'],
      [{ store: null }, 'store'],
      [{ store: memoryStore }, 'store'],
      [{ store: {} }, 'store'],
      [{ store: { ...memoryStore(), claim: undefined } }, 'store'],
    ];
    for (const [change, option] of wrong) expect(complaint(change)).toBe(option);
  });

  it('holds the settings of sessions to their bounds', () => {
    const wrong: [object, string][] = [
      [{ expirySeconds: 0 }, 'sessions.expirySeconds'],
      [{ expirySeconds: 1.5 }, 'sessions.expirySeconds'],
      [{ expirySeconds: 86_401 }, 'sessions.expirySeconds'],
      [{ expirySeconds: '1800' }, 'sessions.expirySeconds'],
      [{ expirySeconds: Number.NaN }, 'sessions.expirySeconds'],
      [{ challengeExpirySeconds: 3601 }, 'sessions.challengeExpirySeconds'],
      [{ refreshLifetimeSeconds: 1799 }, 'sessions.refreshLifetimeSeconds'],
      [{ refreshLifetimeSeconds: 31_622_401 }, 'sessions.refreshLifetimeSeconds'],
      [{ counterWindow: -1 }, 'sessions.counterWindow'],
      [{ counterWindow: 65 }, 'sessions.counterWindow'],
      [{ counterWindow: 0.5 }, 'sessions.counterWindow'],
      [{ header: 'x session' }, 'sessions.header'],
      [{ header: '' }, 'sessions.header'],
      [{ issuer: '' }, 'sessions.issuer'],
      [{ audience: 'a\nb' }, 'sessions.audience'],
      [{ revocation: 'never' }, 'sessions.revocation'],
      [{ revocation: 5 }, 'sessions.revocation'],
      [{ revocation: { maxStaleSeconds: 0 } }, 'sessions.revocation.maxStaleSeconds'],
      [{ revocation: { maxStaleSeconds: 3601 } }, 'sessions.revocation.maxStaleSeconds'],
      [{ revocation: {} }, 'sessions.revocation.maxStaleSeconds'],
      [{ bind: { ip: { v4: 7 } } }, 'sessions.bind.ip.v4'],
      [{ bind: { userAgent: 'yes' } }, 'sessions.bind.userAgent'],
      [{ keys: [] }, 'sessions.keys'],
      [{ subject: 'alice' }, 'sessions.subject'],
      [{ expirySecond: 5 }, 'sessions.expirySecond'],
    ];
    for (const [sessions, option] of wrong) expect(complaint({ sessions })).toBe(option);
  });

  it('needs enrolment where there is evidence about enrolled devices, or an option for it', () => {
    for (const each of [session(), assertion()])
      expect(
        complaint({ evidence: [each], enrolment: undefined, secret: undefined, store: undefined }),
      ).toMatch(/^(enrolment|secret|store)$/);
    for (const option of ['secret', 'store', 'sessions', 'limiter', 'onEvent', 'allowPublishedSecret']) {
      const values: Record<string, unknown> = {
        ...SOUND,
        sessions: {},
        limiter: () => true,
        onEvent: () => undefined,
        allowPublishedSecret: true,
      };
      expect(() => createGuard({ evidence: [session()], [option]: values[option] })).toThrow(
        ConfigurationError,
      );
    }
  });

  it('has neither endpoints nor devices without enrolment', async () => {
    const { double } = await import('../guard/support/double.js');
    const guard = createGuard({ evidence: [double('a')] });
    expect(guard.answer(requestOf({}), '/challenge')).toBeUndefined();
    expect(guard.sessions).toBeUndefined();
  });

  it('refuses a published secret outside of development, and says which option', () => {
    const before = process.env['NODE_ENV'];
    process.env['NODE_ENV'] = 'production';
    try {
      const published =
        'h+CX0tOzdAAR9l15bWAqvq7w9olk66daIH+Xk+IAHhVVHszjDzeGobzNnqyRze3lw/WVyWrc2gZfh3XXfBOmww==';
      expect(complaint({ secret: published })).toBe('secret');
      expect(complaint({})).toBe('none');
    } finally {
      process.env['NODE_ENV'] = before;
    }
  });
});
