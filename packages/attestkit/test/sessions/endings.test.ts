import { afterAll, describe, expect, it } from 'vitest';
import { arenas, brokenLayout, recordUnder } from './support/arena.js';
import type { Call } from './support/calls.js';
import { newLabel, wrongLives } from './support/contest.js';
import {
  assertion,
  attestation,
  held,
  moment,
  owners,
  replacement,
  rush,
  type Round,
} from './support/endings.js';
import { climb, newKey } from './orders/phone.js';
import type { Target } from './orders/subject.js';

const PROCESSES = 4;
const ROUNDS = 96;
/** Phones that try to go on afterwards. */
const CLIMBING = 8;

const some = <T>(all: readonly T[]): readonly T[] =>
  all.filter((_, at) => at % Math.ceil(all.length / CLIMBING) === 0);

const statuses = (round: Round, verb: Call['verb']): readonly number[] =>
  round.done.flatMap(({ call, answer }) => (call.verb === verb ? [answer.status] : []));

const isKept = (round: Round): boolean =>
  round.done.some(({ key, answer }) => key !== undefined && answer.status === 200);

describe.for(await arenas(PROCESSES))(`${ROUNDS} rounds on %s`, ([, arena]) => {
  afterAll(() => arena.close());

  /** Nothing by which somebody could go on with a record or key that was ended. */
  async function expectDead(rounds: readonly Round[], calls: readonly Call[]): Promise<void> {
    expect(
      await wrongLives(
        arena,
        rounds.flatMap((each) => held(each).all),
        () => false,
      ),
    ).toEqual([]);
    const answers = await arena.rush(calls);
    expect(answers.filter(({ status }) => status === 200)).toEqual([]);
  }

  /** Phones of a round begin anew, as new phones do. */
  async function expectAnew(rounds: readonly Round[]): Promise<void> {
    for (const { owner } of some(rounds)) {
      const { platform } = owner.have;
      expect((await climb(arena.server, { platform, label: newLabel() })).end).toBe('accepted');
    }
  }

  it('of a key that is replaced while its record is blocked: nothing of the record is alive', async () => {
    const phones = await owners(arena, ROUNDS);
    const rounds = await rush(arena, phones, (owner, round) => [
      replacement(arena, owner),
      replacement(arena, owner),
      { call: { verb: 'block', target: { record: owner.record }, after: moment(round) } },
    ]);
    for (const round of rounds) {
      expect(statuses(round, 'block')).toEqual([200]);
      expect(statuses(round, 'attest').filter((status) => status === 200).length).toBeLessThanOrEqual(1);
      const record = await recordUnder(arena.store, round.owner.have.label);
      expect(record).toMatchObject({ id: round.owner.record.id, blocked: ['record'], families: [] });
    }
    await expectDead(
      rounds,
      rounds.flatMap(({ owner, done }) => [
        assertion(arena, owner, owner.key),
        replacement(arena, owner).call,
        ...done.flatMap(({ key }) => (key === undefined ? [] : [assertion(arena, owner, key)])),
      ]),
    );
    for (const { owner } of some(rounds)) expect((await climb(arena.server, owner.have)).end).toBe('refused');
    await expectAnew(rounds);
    expect(await brokenLayout(arena)).toEqual([]);
  });

  it('of a key that is replaced while it is blocked: it is blocked, or its successor is alive', async () => {
    const phones = await owners(arena, ROUNDS);
    const rounds = await rush(arena, phones, (owner, round) => [
      replacement(arena, owner),
      replacement(arena, owner),
      { call: { verb: 'block', target: { key: owner.key }, after: moment(round) } },
    ]);
    for (const round of rounds) {
      const { owner } = round;
      expect(statuses(round, 'block')).toEqual([200]);
      const record = await recordUnder(arena.store, owner.have.label);
      const { given, before } = held(round);
      const keyId = given[0]?.key?.id ?? owner.key.id;
      expect(record?.enrolled.key?.id).toBe(keyId);
      expect(record?.blocked).toEqual(given.length === 0 ? ['key'] : []);
      expect(await wrongLives(arena, [before], () => false)).toEqual([]);
    }
    const replaced = rounds.filter(isKept);
    const blocked = rounds.filter((each) => !replaced.includes(each));
    expect(
      await wrongLives(
        arena,
        replaced.flatMap((each) => held(each).given),
        () => true,
      ),
    ).toEqual([]);
    await expectDead(
      blocked,
      rounds.flatMap(({ owner }) => [
        assertion(arena, owner, owner.key),
        attestation(arena, owner, owner.key).call,
        replacement(arena, owner).call,
      ]),
    );
    await expectAnew(rounds);
    expect(await brokenLayout(arena)).toEqual([]);
  });

  it('of a device that is forgotten while it enrolls: the old record is dead, a new one is alive', async () => {
    const phones = await owners(arena, ROUNDS);
    const rounds = await rush(arena, phones, (owner, round) => {
      const forget: Call = { verb: 'forget', record: owner.record };
      return [
        { call: { ...forget, after: moment(round) } },
        { call: { ...attestation(arena, owner, newKey()).call, after: moment(round + 4) } },
        attestation(arena, owner, owner.key),
        replacement(arena, owner),
        { call: assertion(arena, owner, owner.key) },
        { call: forget },
      ];
    });
    const ofRecord = (round: Round, isOld: boolean) =>
      held(round).all.filter(({ said }) => (said.record === round.owner.record.id) === isOld);
    for (const round of rounds) {
      expect(statuses(round, 'forget').toSorted((one, other) => one - other)).toEqual([200, 404]);
      const anew = ofRecord(round, false);
      const record = await recordUnder(arena.store, round.owner.have.label);
      expect(new Set(anew.map(({ said }) => said.record))).toEqual(
        new Set(record === undefined ? [] : [record.id]),
      );
    }
    expect(
      await wrongLives(
        arena,
        rounds.flatMap((each) => ofRecord(each, true)),
        () => false,
      ),
    ).toEqual([]);
    expect(
      await wrongLives(
        arena,
        rounds.flatMap((each) => ofRecord(each, false)),
        () => true,
      ),
    ).toEqual([]);
    await expectDead(
      [],
      rounds.map(({ owner }) => assertion(arena, owner, owner.key)),
    );
    for (const { owner } of some(rounds))
      expect((await climb(arena.server, owner.have)).end).toBe('accepted');
    expect(await brokenLayout(arena)).toEqual([]);
  });

  const targets: readonly (readonly [string, (round: Round['owner']) => Target])[] = [
    ['record', ({ record }) => ({ record })],
    ['key', ({ key }) => ({ key })],
    ['user', ({ have: { user = '' } }) => ({ user })],
  ];
  it.each(targets)(
    'of a token that is refreshed while its %s is blocked: no token is good',
    async (name, of) => {
      const phones = (
        await Promise.all(Array.from({ length: ROUNDS }, (_, at) => owners(arena, 1, `${name} ${at}`)))
      ).flat();
      const rounds = await rush(arena, phones, (owner, round) => {
        const { refresh } = owner;
        const token = (user?: string): { readonly call: Call } => ({
          call: { verb: 'refresh', body: { refresh_token: refresh }, user },
        });
        const block: Call = { verb: 'block', target: of(owner), after: moment(round) };
        return [token(), token(owner.have.user), { call: block }, token(), token(owner.have.user)];
      });
      for (const round of rounds) {
        expect(statuses(round, 'block')).toEqual([200]);
        expect(statuses(round, 'refresh').filter((status) => status !== 200 && status !== 403)).toEqual([]);
        expect(new Set(held(round).given.map(({ refresh }) => refresh)).size).toBeLessThanOrEqual(1);
      }
      const tokens = rounds.flatMap((each) => held(each).all.map(({ refresh }) => refresh));
      const refreshes = tokens.map((token): Call => ({ verb: 'refresh', body: { refresh_token: token } }));
      // Session tokens of a user end by themselves.
      await expectDead(name === 'user' ? [] : rounds, [
        ...refreshes,
        ...rounds.map(({ owner }) => assertion(arena, owner, owner.key)),
        ...rounds.map(({ owner }) =>
          assertion(arena, { ...owner, have: { ...owner.have, user: undefined } }, owner.key),
        ),
      ]);
      for (const { owner } of some(rounds)) {
        expect((await climb(arena.server, owner.have)).end).toBe('refused');
        expect((await arena.rush([{ verb: 'unblock', target: of(owner) }]))[0]?.status).toBe(200);
        expect((await climb(arena.server, owner.have)).end).toBe('accepted');
      }
      expect(await brokenLayout(arena)).toEqual([]);
    },
  );
});
