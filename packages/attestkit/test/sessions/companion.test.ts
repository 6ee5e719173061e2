import { describe, expect, it } from 'vitest';
import { AttestationError } from '../../src/kernel/errors.js';
import type { Enrolled, EnrollmentEvidence } from '../../src/ports/enrollment.js';
import { memoryStore } from '../../src/stores/memory.js';
import { Backend, claimsOf, Clock, recording, START, tokensOf } from './support/backend.js';
import { RoundTrips } from './support/round-trips.js';
import { vouching } from './support/vouching.js';

const ABOUT = { platform: 'android', appId: 'app', environment: 'production', attestedAt: START } as const;
const KEY = { id: 'A'.repeat(43), thumbprint: 't'.repeat(43), publicKey: 'AAAA' };

/** Evidence without a key, in the field `verdict`, that asks another service. */
function verdictOf(said: Partial<Enrolled> = {}, asked: string[] = []): EnrollmentEvidence {
  return {
    kind: 'verdict',
    fields: ['verdict'],
    verify: async ({ verdict }, { challenge, consumeChallenge }) => {
      if (verdict !== challenge) throw new AttestationError(REFUSED);
      await consumeChallenge();
      asked.push(challenge);
      return { ...ABOUT, kind: 'verdict', facts: { label: 'strong' }, notes: ['verdict note'], ...said };
    },
    appraise: ({ attestedAt }, now) => {
      if (now - attestedAt > 3_600_000) throw new AttestationError({ ...REFUSED, stage: 'denied' });
    },
  };
}

const REFUSED = { name: 't', code: 'ERR_VERDICT', stage: 'untrusted', says: 's', spec: 's' } as const;

/** Evidence with a key, in the field `token`, that wants the verdict beside it unless its facts say otherwise. */
function keyed(
  evidence: EnrollmentEvidence,
  facts: Enrolled['facts'] = { boot: 'VERIFIED' },
): EnrollmentEvidence {
  const isRequired = (enrolled: Enrolled): boolean => enrolled.facts['boot'] !== 'SELF_SIGNED';
  return vouching({ companion: { evidence, isRequired } }, { ...ABOUT, key: KEY, facts });
}

async function attest(backend: Backend, more: (challenge: string) => object = (verdict) => ({ verdict })) {
  const challenge = await backend.challenge();
  return backend.post('/attest', { challenge, device_id: 'phone-1', token: 'good', ...more(challenge) });
}

describe('two kinds of evidence in one body', () => {
  it('make one record with one key and one session, which says what both said', async () => {
    const backend = new Backend({ enrollment: [keyed(verdictOf())] });
    const { session } = tokensOf(await attest(backend));
    expect(claimsOf(session)).toMatchObject({
      kind: 'double',
      cnf: { jkt: KEY.thumbprint },
      attestation: { facts: { boot: 'VERIFIED', verdict: { label: 'strong' } } },
    });
    const { enrolled, sessions } = (await backend.device()) ?? {};
    expect(enrolled).toMatchObject({
      kind: 'double',
      key: KEY,
      beside: { kind: 'verdict', facts: { label: 'strong' } },
    });
    expect(sessions).toHaveLength(1);
    expect(backend.events.at(-1)?.notes).toEqual(['verdict note']);
  });

  it('are bound to the same challenge: the second is asked for with the challenge of the first', async () => {
    const asked: string[] = [];
    const backend = new Backend({ enrollment: [keyed(verdictOf({}, asked))] });
    const other = await backend.challenge();
    const reply = await attest(backend, () => ({ verdict: other }));
    expect([reply.status, reply.code, asked]).toEqual([403, 'ERR_VERDICT', []]);
  });

  it('cost no call where the key is refused, and consume nothing', async () => {
    const asked: string[] = [];
    const { store, writes } = recording(memoryStore());
    const backend = new Backend({ store, enrollment: [keyed(verdictOf({}, asked))] });
    const reply = await attest(backend, (verdict) => ({ verdict, token: 'bad' }));
    expect([reply.code, asked, writes]).toEqual(['ERR_DOUBLE', [], []]);
  });

  it('take 3 round trips, the first of them before the call', async () => {
    const counted = new RoundTrips(memoryStore());
    const backend = new Backend({ store: counted.store, enrollment: [keyed(verdictOf())] });
    const trips = await counted.of(async () => expect((await attest(backend)).status).toBe(200));
    expect(trips).toEqual(['claim spent, get device, get key', 'put id, put key', 'put device']);
  });

  it('are about one app', async () => {
    const backend = new Backend({ enrollment: [keyed(verdictOf({ appId: 'other' }))] });
    const reply = await attest(backend);
    expect([reply.status, reply.code]).toEqual([403, 'ERR_ENROLLMENT_COMPANION_MISMATCH']);
  });

  it('are virtual where one of them is, and of an environment that the policy allows for both', async () => {
    const backend = new Backend({
      enrollment: [keyed(verdictOf({ virtual: true, environment: 'testing' }))],
    });
    expect(claimsOf(tokensOf(await attest(backend)).session)).toMatchObject({
      attestation: { virtual: true },
    });
    const policy = { environments: ['production'] };
    const strict = new Backend({
      policy,
      enrollment: [keyed(verdictOf({ environment: 'testing' }))],
    });
    expect((await attest(strict)).code).toBe('ERR_POLICY_ENVIRONMENT_DENIED');
  });
});

describe('evidence that has to come beside a key', () => {
  it('is missed, whatever the client says, unless the attested facts do without', async () => {
    const none = () => ({});
    const strict = new Backend({ enrollment: [keyed(verdictOf())] });
    for (const more of [none, () => ({ without_play: true }), () => ({ boot: 'SELF_SIGNED' })]) {
      const reply = await attest(strict, more);
      expect([reply.status, reply.code]).toEqual([403, 'ERR_ENROLLMENT_COMPANION_MISSING']);
    }
    const own = new Backend({ enrollment: [keyed(verdictOf(), { boot: 'SELF_SIGNED' })] });
    expect((await attest(own, none)).status).toBe(200);
    expect((await own.device())?.enrolled.beside).toBeUndefined();
  });

  it('is appraised again at a refresh, and missed there once the policy asks for it', async () => {
    const clock = new Clock();
    const backend = new Backend({ clock, enrollment: [keyed(verdictOf())] });
    const { refresh } = tokensOf(await attest(backend));
    clock.ms += 3_600_001;
    const late = await backend.refresh(refresh);
    expect([late.status, late.code]).toEqual([401, 'ERR_VERDICT']);
    const alone = new Backend({ enrollment: [vouching({}, { ...ABOUT, key: KEY })] });
    const before = tokensOf(await attest(alone, () => ({})));
    const asking = new Backend({ clock: alone.clock, store: alone.store, enrollment: [keyed(verdictOf())] });
    const reply = await asking.refresh(before.refresh);
    expect([reply.status, reply.code]).toEqual([401, 'ERR_ENROLLMENT_COMPANION_MISSING']);
  });

  it('is no evidence by itself, unless it is configured as such', async () => {
    const verdict = verdictOf();
    const alone = (challenge: string) => ({ token: undefined, verdict: challenge });
    const backend = new Backend({ enrollment: [keyed(verdict)] });
    expect((await attest(backend, alone)).code).toBe('ERR_ENROLLMENT_EVIDENCE_MALFORMED');
    const both = new Backend({ enrollment: [keyed(verdict), verdict] });
    expect((await attest(both, alone)).status).toBe(200);
    const other = new Backend({ enrollment: [keyed(verdict), verdict] });
    expect((await attest(other)).status).toBe(200);
    expect((await other.device())?.enrolled).toMatchObject({ kind: 'double', beside: { kind: 'verdict' } });
  });

  it('of a third kind is refused beside the two', async () => {
    const third: EnrollmentEvidence = { ...verdictOf(), kind: 'third', fields: ['third'] };
    const backend = new Backend({ enrollment: [third, keyed(verdictOf())] });
    const reply = await attest(backend, (verdict) => ({ verdict, third: 'x' }));
    expect([reply.status, reply.code]).toEqual([400, 'ERR_ENROLLMENT_EVIDENCE_MALFORMED']);
  });
});
