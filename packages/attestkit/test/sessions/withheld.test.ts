import { expect, it } from 'vitest';
import { AttestationError } from '../../src/kernel/errors.js';
import type { Enrolled } from '../../src/ports/enrollment.js';
import { Backend, bearer, claimsOf, tokensOf } from './support/backend.js';
import { vouching } from './support/vouching.js';

const SERIAL = 'c0ffee5e71a1';

it('what only the appraisal needs is there at a refresh, and nowhere else', async () => {
  const asked: (Enrolled['withheld'] | undefined)[] = [];
  const appraise = ({ withheld }: Enrolled): void => {
    asked.push(withheld);
  };
  const said = { facts: { model: 'known' }, withheld: { serials: [SERIAL] } };
  const backend = new Backend({ enrollment: [vouching({ appraise }, said)] });
  const sent = { challenge: await backend.challenge(), device_id: 'phone-1', token: 'good' };
  const reply = await backend.post('/attest', sent);
  const next = await backend.refresh(tokensOf(reply).refresh);
  expect(asked).toEqual([{ serials: [SERIAL] }]);

  const { session } = tokensOf(next);
  const decision = await backend.check({ fields: bearer(session) });
  expect(decision).toMatchObject({ results: { session: { attestation: { facts: { model: 'known' } } } } });
  const claims = [reply, next].map((each) => claimsOf(tokensOf(each).session));
  for (const told of [reply, next, decision, claims, backend.events])
    expect(JSON.stringify(told)).not.toMatch(new RegExp(`${SERIAL}|withheld`));
});

it('what an enrollment withholds is replaced with it, and may decide at the next refresh', async () => {
  const denied = { name: 'n', code: 'ERR_DENIED', stage: 'denied', says: 's', spec: 's' } as const;
  const appraise = ({ withheld }: Enrolled): void => {
    if (withheld?.['serial'] !== 2) throw new AttestationError(denied);
  };
  let serial = 1;
  const attester = vouching({ appraise }, { vouchesForDeviceId: true });
  const verify = (...given: Parameters<typeof attester.verify>) => ({
    ...(attester.verify(...given) as Enrolled),
    withheld: { serial },
  });
  const backend = new Backend({ enrollment: [{ ...attester, verify }] });
  const enroll = async () => {
    const sent = { challenge: await backend.challenge(), device_id: 'phone-1', token: 'good' };
    return tokensOf(await backend.post('/attest', sent));
  };
  const { refresh } = await enroll();
  expect((await backend.refresh(refresh)).code).toBe('ERR_DENIED');
  serial = 2;
  await enroll();
  expect((await backend.refresh(refresh)).status).toBe(200);
});
