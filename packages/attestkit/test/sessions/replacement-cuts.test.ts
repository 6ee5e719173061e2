import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { appAttest } from '../../src/app-attest/index.js';
import { createGuard } from '../../src/create-guard.js';
import { devices } from '../../src/devices/index.js';
import { keyAttestation } from '../../src/key-attestation/index.js';
import { playIntegrity, playIntegrityKeys } from '../../src/play-integrity/index.js';
import type { Store } from '../../src/ports/store.js';
import { memoryStore } from '../../src/stores/memory.js';
import { apple, APP_ID, AUDIENCE, Backend, Clock, newKey, tokensOf } from './support/backend.js';

it('asks the application once for one request, also if another write came between', async () => {
  const inner = memoryStore();
  let lose = false;
  const store: Store = {
    ...inner,
    put: async (key, ...rest) => {
      if (lose && key.startsWith('device/')) {
        lose = false;
        return false; // another writer was faster
      }
      return inner.put(key, ...rest);
    },
  };
  const codes = new Set(['123456']); // one-time
  let asked = 0;
  const backend = new Backend({
    store,
    authorizeEnrollment: ({ request }) => {
      asked += 1;
      return codes.delete(request.fields('x-otp')[0] ?? '');
    },
  });
  await backend.enrolled();
  lose = true;
  const body = await backend.evidence(newKey());
  const reply = await backend.post('/attest', body, { fields: { 'x-otp': '123456' } });
  expect([reply.status, reply.code, asked]).toEqual([200, undefined, 1]);
});

it('has a device attest again whose receipt was lost when its key was replaced: its risk cannot be known', async () => {
  const clock = new Clock();
  const inner = memoryStore({ now: clock.now });
  let down = false;
  const store: Store = {
    ...inner,
    put: async (key, ...rest) => {
      if (down && key.startsWith('receipt')) throw new Error('killed');
      return inner.put(key, ...rest);
    },
  };
  const [old, young] = [newKey(clock.now), newKey(clock.now)];
  const sent: string[] = [];
  // Apple renews the receipt that it is sent.
  const exchange = async (receipt: Uint8Array) => {
    const isOld = Buffer.from(receipt).equals(Buffer.from(kept ?? '', 'base64'));
    sent.push(isOld ? 'old' : 'young');
    return {
      outcome: 'renewed' as const,
      receipt: (isOld ? old : young).receipt({ type: 'RECEIPT', riskMetric: 99 }),
    };
  };
  let kept: string | undefined;
  const evidence = appAttest({
    appIds: [APP_ID],
    roots: [apple.attestationRoot, apple.receiptRoot],
    maxRiskMetric: 5,
    receipts: { exchange } as never,
  });
  const backend = new Backend({ clock, store, enrollment: [evidence] });
  await backend.enrolled(old);
  const recordId = (await backend.recordId()) ?? '';
  kept = (await backend.control.receipt(recordId)) as unknown as string;
  const body = await backend.evidence(young);
  down = true;
  const { refresh } = tokensOf(await backend.post('/attest', { ...body, ...backend.previous(old, body) }));
  down = false;
  let token = refresh;
  const codes: (string | undefined)[] = [];
  for (let day = 0; day < 4; day += 1) {
    clock.ms += 86_400_000 + 60_000;
    const reply = await backend.refresh(token);
    codes.push(reply.code);
    if (reply.status !== 200) break;
    token = tokensOf(reply).refresh;
  }
  expect({ sent, codes }).toEqual({ sent: [], codes: ['ERR_APP_ATTEST_RISK_DENIED'] });
  const third = newKey(clock.now);
  const again = await backend.evidence(third);
  const healed = await backend.post('/attest', { ...again, ...backend.previous(young, again) });
  expect(healed.status).toBe(200);
  clock.ms += 60_000;
  expect((await backend.refresh(tokensOf(healed).refresh)).status).toBe(200);
});

it('refuses one secret for the devices and for the evidence that comes beside another kind', () => {
  const secret = randomBytes(32).toString('base64');
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const verificationKey = publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
  const play = () =>
    playIntegrity({
      apps: [
        {
          packageName: 'com.example.app',
          acceptedCertificates: ['aa'.repeat(32)],
          keys: playIntegrityKeys({ decryptionKey: secret, verificationKey }),
        },
      ],
    } as never);
  const make = (evidence: unknown) =>
    createGuard({
      devices: devices({ evidence: [evidence] as never, secret, store: memoryStore(), audience: AUDIENCE }),
    });
  expect(() => make(play())).toThrow(/secret/);
  expect(() =>
    make(
      keyAttestation({
        apps: [{ packageName: 'com.example.app', signingCertificates: ['aa'.repeat(32)] }],
        revocations: 'not-checked',
        playIntegrity: play(),
      } as never),
    ),
  ).toThrow(/secret/);
});
