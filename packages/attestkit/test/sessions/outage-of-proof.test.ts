import { expect, it } from 'vitest';
import { appAttest } from '../../src/app-attest/index.js';
import { AttestationError } from '../../src/kernel/errors.js';
import { memoryStore } from '../../src/stores/memory.js';
import { apple, APP_ID, Backend, newKey, tokensOf } from './support/backend.js';
import { DOWN, Outage } from './support/failing.js';
import { KEYLESS, vouched } from './support/vouched-devices.js';

it('a device without a key that enrolls again while the store is down is no conflict', async () => {
  const outage = new Outage(memoryStore());
  const backend = new Backend({ ...KEYLESS, store: outage.store });
  const { refresh } = tokensOf(await vouched(backend));
  await backend.refresh(refresh);
  // Sent again too late: its session has to end, which the store does not let it.
  backend.clock.ms += 601_000;
  const again = await vouched(backend, { refresh_token: 'rt1.nothing' });
  expect([again.status, again.code]).toEqual([409, 'ERR_ENROLLMENT_LABEL_TAKEN']);
  const challenge = await backend.challenge();
  outage.left = 0;
  const body = { challenge, device_id: 'phone-1', token: 'good', refresh_token: refresh };
  const reply = await backend.post('/attest', body);
  expect([reply.status, reply.code]).toEqual([503, 'STORE_DOWN']);
});

it.each([
  ['unavailable', 503, 'STORE_DOWN'],
  ['untrusted', 409, 'ERR_ENROLLMENT_LABEL_TAKEN'],
] as const)('what endorses the old key fails as %s: %i', async (stage, status, code) => {
  let fails = false;
  const evidence = {
    ...appAttest({ appIds: [APP_ID], roots: [apple.attestationRoot, apple.receiptRoot] }),
    endorsed: () => {
      if (fails) throw new AttestationError({ ...DOWN, stage });
    },
  };
  const backend = new Backend({ enrollment: [evidence] });
  const key = newKey();
  await backend.enrolled(key);
  fails = true;
  const next = await backend.evidence();
  const reply = await backend.post('/attest', { ...next, ...backend.previous(key, next) });
  expect([reply.status, reply.code]).toEqual([status, code]);
  fails = false;
  const later = await backend.evidence();
  expect((await backend.post('/attest', { ...later, ...backend.previous(key, later) })).status).toBe(200);
});
