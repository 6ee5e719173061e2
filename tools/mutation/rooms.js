// @ts-check
// The rooms of the library that can be tested by mutation, and where else than in their own folder their tests stand.

/** Tests that start processes or servers see the built library, or take too long. */
export const LEFT_OUT = /\/(support|orders)\/|killed-|processes|-server\.test|\/races\.|walk\.test/;

/** The tests of the catalogs of all rooms. */
export const EVERYWHERE = 'catalogs.test.ts';

/** The folders (or files) of tests that also cover a room, in the order in which they are asked. @type {Readonly<Record<string, readonly string[]>>} */
export const rooms = {
  kernel: ['approov', 'app-check', 'signed-token', 'guard', 'app-attest', 'key-attestation', 'net'],
  approov: ['guard', 'env', 'cli', 'inspect'],
  'app-attest': ['inspect'],
  'key-attestation': ['inspect'],
  'play-integrity': ['inspect'],
  'app-check': ['guard', 'env', 'inspect'],
  'signed-token': ['approov', 'app-check'],
  development: [],
  sessions: [
    'inspect/assertion-mistakes.test.ts',
    'inspect/signature-mistakes.test.ts',
    'endpoints',
    'guard',
    'devices',
  ],
  guard: [
    'approov',
    'endpoints',
    'adapters/web.test.ts',
    'adapters/body-cap.test.ts',
    'adapters/express.test.ts',
  ],
  endpoints: ['devices', 'sessions/enroll.test.ts', 'adapters/enrollment.test.ts'],
  stores: [],
};
