import { expect, it } from 'vitest';
import { appAttest } from '../../src/app-attest/index.js';
import type { ReceiptExchange, ReceiptExchanger } from '../../src/ports/receipts.js';
import type { Enrolled } from '../../src/ports/enrollment.js';
import { apple, APP_ID, Backend, claimsOf, Clock, newKey, tokensOf } from './support/backend.js';
import { vouching } from './support/vouching.js';

const MINUTE = 60_000;
const RISKY = { type: 'RECEIPT', riskMetric: 99 } as const;

/** A device of a guard that takes a risk metric of at most 5. */
async function device(exchange: ReceiptExchanger['exchange']) {
  const clock = new Clock();
  const key = newKey(clock.now);
  const options = { appIds: [APP_ID], roots: [apple.attestationRoot, apple.receiptRoot], maxRiskMetric: 5 };
  const backend = new Backend({ clock, enrollment: [appAttest({ ...options, receipts: { exchange } })] });
  const { refresh } = await backend.enrolled(key);
  const facts = async () => (await backend.device())?.enrolled.facts;
  clock.ms += MINUTE;
  return { backend, key, refresh, facts };
}

/** A service that answers when the test says so, one question after the other. */
function slowly() {
  const waiting: ((exchange: ReceiptExchange) => void)[] = [];
  const exchange = () => new Promise<ReceiptExchange>((resolve) => waiting.push(resolve));
  const asked = async (times: number) => {
    while (waiting.length < times) await new Promise(setImmediate);
  };
  return { exchange, asked, answer: (at: number, with_: ReceiptExchange) => waiting[at]?.(with_) };
}

it('a device that asks for new sessions by its key is held to the risk as one that refreshes', async () => {
  const receipts: Uint8Array[] = [];
  const { backend, key, refresh } = await device(async () => ({
    outcome: 'renewed',
    receipt: receipts[0] as Uint8Array,
  }));
  receipts.push(key.receipt(RISKY));
  const denied = 'ERR_APP_ATTEST_RISK_DENIED';
  expect((await backend.post('/assert', await backend.exchange(key))).code).toBe(denied);
  expect((await backend.post('/assert', await backend.exchange(key))).code).toBe(denied);
  expect((await backend.refresh(refresh)).code).toBe(denied);
});

it('a device that asks for a new session during an outage of the platform gets it', async () => {
  const { backend, key } = await device(async () => ({ outcome: 'unavailable', problem: '', retryAfter: 1 }));
  expect((await backend.post('/assert', await backend.exchange(key))).status).toBe(200);
});

it('of two renewals at once the one that brings nothing does not take the risk away', async () => {
  const { exchange, asked, answer } = slowly();
  const { backend, key, refresh, facts } = await device(exchange);
  const first = backend.refresh(refresh);
  await asked(1);
  const second = backend.post('/assert', await backend.exchange(key));
  await asked(2);
  answer(0, { outcome: 'renewed', receipt: key.receipt(RISKY) });
  expect((await first).code).toBe('ERR_APP_ATTEST_RISK_DENIED');
  answer(1, { outcome: 'too-early' });
  expect((await second).code).toBe('ERR_APP_ATTEST_RISK_DENIED');
  expect(await facts()).toMatchObject({ riskMetric: 99 });
});

it('a device that is forgotten while its receipt is renewed leaves none behind', async () => {
  const { exchange, asked, answer } = slowly();
  const { backend, key, refresh } = await device(exchange);
  const recordId = (await backend.recordId()) ?? '';
  const refreshing = backend.refresh(refresh);
  await asked(1);
  expect(await backend.control.forget(recordId)).toBe(true);
  answer(0, { outcome: 'renewed', receipt: key.receipt({ type: 'RECEIPT' }) });
  // The decision came first: its session is dead on arrival.
  const { session } = tokensOf(await refreshing);
  backend.clock.ms += 5000;
  expect(await backend.use(session)).toBe('ERR_SESSION_ENDED');
  expect(await backend.control.receipt(recordId)).toBeUndefined();
});

it('a key that went while it was renewed gets a session that has ended', async () => {
  const { exchange, asked, answer } = slowly();
  const { backend, key } = await device(exchange);
  const asking = backend.post('/assert', await backend.exchange(key));
  await asked(1);
  expect(await backend.control.forget((await backend.recordId()) ?? '')).toBe(true);
  answer(0, { outcome: 'no-data' });
  const { session } = tokensOf(await asking);
  backend.clock.ms += 5000;
  expect(await backend.use(session)).toBe('ERR_SESSION_ENDED');
});

it('a receipt that was renewed is found, with its risk', async () => {
  const receipts: Uint8Array[] = [];
  const { backend, key, refresh, facts } = await device(async () => ({
    outcome: 'renewed',
    receipt: receipts[0] as Uint8Array,
  }));
  const fresh = key.receipt({ type: 'RECEIPT', riskMetric: 2 });
  receipts.push(fresh);
  tokensOf(await backend.refresh(refresh));
  expect(await facts()).toMatchObject({ riskMetric: 2 });
  expect(await backend.control.receipt((await backend.recordId()) ?? '')).toBe(
    Buffer.from(fresh).toString('base64'),
  );
});

it('a device that is replaced under its label while it is renewed gets nothing of the other one', async () => {
  const { exchange, asked, answer } = slowly();
  const { backend, key, refresh } = await device(exchange);
  const recordId = (await backend.recordId()) ?? '';
  const refreshing = backend.refresh(refresh);
  await asked(1);
  expect(await backend.control.forget(recordId)).toBe(true);
  await backend.enrolled(newKey(backend.clock.now));
  const other = await backend.recordId();
  answer(0, { outcome: 'renewed', receipt: key.receipt({ type: 'RECEIPT' }) });
  const { session } = tokensOf(await refreshing);
  expect(JSON.stringify(claimsOf(session))).not.toContain(other);
  backend.clock.ms += 5000;
  expect(await backend.use(session)).toBe('ERR_SESSION_ENDED');
});

it('a renewal that brings no receipt leaves the one that is kept', async () => {
  let said: Partial<Enrolled> = { facts: { n: 1 } };
  const renewal = {
    isDue: () => true,
    renew: async ({ receipt: _receipt, ...enrolled }: Enrolled) => ({ ...enrolled, ...said }),
  };
  const backend = new Backend({ enrollment: [vouching({ renewal }, { receipt: 'AAAA' })] });
  const challenge = await backend.challenge();
  const body = { challenge, device_id: 'phone-1', token: 'good' };
  const { refresh } = tokensOf(await backend.post('/attest', body));
  const recordId = (await backend.recordId()) ?? '';
  const next = tokensOf(await backend.refresh(refresh));
  expect((await backend.device())?.enrolled.facts).toEqual({ n: 1 });
  expect(await backend.control.receipt(recordId)).toBe('AAAA');
  said = { facts: { n: 2 }, receipt: 'BBBB' };
  tokensOf(await backend.refresh(next.refresh));
  expect(await backend.control.receipt(recordId)).toBe('BBBB');
});
