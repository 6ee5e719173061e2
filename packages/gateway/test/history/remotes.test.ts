import { expect, it } from 'vitest';
import { SAMPLES } from '../support/events.js';
import { NOON, opened, READY } from './support/opened.js';

const { remote } = SAMPLES;
const answered = { ...remote, cause: undefined, status: 200 };

async function heard(...events: readonly Partial<typeof remote>[]) {
  const { history } = await opened();
  for (const [at, event] of events.entries()) history.hear({ ...answered, at: NOON + at, ...event });
  return history.overview('hour', READY).state.remotes;
}

it.each([
  ['android.googleapis.com', 'revocation list of Android'],
  ['firebaseappcheck.googleapis.com', 'App Check keys'],
  ['playintegrity.googleapis.com', 'Play Integrity'],
  ['oauth2.googleapis.com', 'Google access tokens'],
  ['data.appattest.apple.com', 'App Attest receipts'],
  ['data-development.appattest.apple.com', 'App Attest receipts (development)'],
  ['idp.example.com', 'idp.example.com'],
  ['constructor', 'constructor'],
])('says what %s is asked for', async (host, what) => {
  expect(await heard({ host })).toEqual([{ host, what, circuit: 'closed', answeredAt: NOON, problem: null }]);
});

it('keeps the last answer through a failure, and says why that was', async () => {
  expect(await heard({}, { status: undefined, cause: 'no answer in time' })).toMatchObject([
    { answeredAt: NOON, problem: 'no answer in time' },
  ]);
});

it('forgets a failure at the next answer', async () => {
  expect(await heard({ status: undefined, cause: 'no answer in time' }, {})).toMatchObject([
    { answeredAt: NOON + 1, problem: null },
  ]);
});

it.each([400, 404, 429, 500, 503])('does not take %d for an answer', async (status) => {
  expect(await heard({ status })).toMatchObject([
    { answeredAt: null, problem: `it answered with status ${status}` },
  ]);
});

it('says that nothing came, if no cause is told', async () => {
  expect(await heard({ status: undefined })).toMatchObject([
    { answeredAt: null, problem: 'no usable answer' },
  ]);
});

it('follows the circuit breaker, which is no answer', async () => {
  const opening = { circuit: 'opened', cause: 'five failures in a row', status: undefined } as const;
  expect(await heard(opening)).toMatchObject([
    { circuit: 'open', answeredAt: null, problem: 'five failures in a row' },
  ]);
  expect(await heard(opening, { circuit: 'closed', status: undefined })).toMatchObject([
    { circuit: 'closed', answeredAt: null },
  ]);
});

it('keeps a bounded number of hosts, and short problems', async () => {
  const cause = 'x'.repeat(9000);
  const found = await heard(...Array.from({ length: 80 }, (_, at) => ({ host: `${at}.example.com`, cause })));
  expect(found).toHaveLength(50);
  expect(found[0]?.problem).toHaveLength(200);
});
