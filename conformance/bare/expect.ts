import { expect } from 'vitest';
import type { Running } from '../servers/server-spec.js';
import { portOf } from '../servers/serving.js';
import { FIREBASE } from '../devices/authorities.js';
import { serveApi } from './api.js';
import { serveBridge } from './bridge.js';
import { BODY, type Outcome, type Phone, type Settings } from './outcome.js';
import { programOf } from './program.js';

const url = (running: Running): string => `http://127.0.0.1:${portOf(running)}`;

/** The cases: each phone, without `crypto.subtle`, and without all of `crypto`. */
export const CASES = (['iPhone', 'Android', 'web page'] as const).flatMap((phone) =>
  [false, true].map((hasRandom) => ({ phone, hasRandom, missing: hasRandom ? 'crypto' : 'crypto.subtle' })),
);

/**
 * Lets a phone on a runtime enroll, ask, sign, renew and forget, against a server in this process.
 *
 * @param hidden the globals that the runtime's own `fetch` needs
 * @param run the program
 */
export async function expectBareClient(
  { phone, hasRandom }: { readonly phone: Phone; readonly hasRandom: boolean },
  hidden: readonly string[],
  run: (program: string) => Promise<Outcome>,
): Promise<void> {
  const { running, backend, seen } = await serveApi();
  const { apple, clock } = backend;
  const bridge = await serveBridge(phone, apple, () => clock.now);
  try {
    const settings: Settings = { phone, hasRandom, hidden, api: url(running), bridge: url(bridge) };
    const outcome = await run(await programOf(settings));
    expect(outcome.error).toBeUndefined();
    expect(outcome.left).toEqual(hidden);
    expect(outcome.seen).toEqual([]);
    if (phone === 'web page') expectTokens(outcome);
    else expectSessions(outcome, seen);
  } finally {
    await Promise.all([running.close(), bridge.close()]);
  }
}

function expectTokens({ answers }: Outcome): void {
  const app = FIREBASE.appId;
  expect(answers).toEqual([
    ['/app', 200, { app, body: '' }],
    ['/app', 200, { app, body: BODY }],
  ]);
}

function expectSessions({ answers, steps, labels }: Outcome, seen: readonly string[]): void {
  const record = expect.any(String) as string;
  expect(answers).toEqual([
    ['/session', 200, { record, body: '' }],
    ['/signed', 200, { record, key: expect.any(String) as string, body: BODY }],
    ['/session', 200, { record, body: '' }],
  ]);
  // One device from the first request to the last.
  expect(new Set(answers.map(([, , body]) => (body as { record: string }).record)).size).toBe(1);
  expect(steps).toEqual(['begin ok', 'refresh ok']);
  expect(labels).toEqual([expect.stringMatching(/^[\w-]{22}$/), null]);
  const changes = seen.filter((each) => !each.startsWith('GET /device/challenge'));
  expect(changes).toEqual([
    'POST /device/attest',
    'GET /session',
    'POST /signed',
    'POST /device/refresh',
    'GET /session',
    'POST /device/revoke',
  ]);
}
