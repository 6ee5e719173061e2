import { afterAll, describe, expect, it } from 'vitest';
import { MAX_SPENT } from '../../src/sessions/state/device-record.js';
import { arenas, brokenLayout } from './support/arena.js';
import {
  entrant,
  genuine,
  hold,
  newGenuineKey,
  newLabel,
  rounds,
  takenLabels,
  wrongClimbs,
  wrongOwners,
  type Entrant,
  type Outcome,
} from './support/contest.js';
import { newKey, type Have, type Platform } from './orders/phone.js';

const PROCESSES = 4;
const TIMES = 1000;
/** Real attestations of one contest: each takes its time to be made and verified. */
const FEW = 40;
/** Losers that try to get a session afterwards. */
const CLIMBING = 10;

/** Those that could be asked to come again. */
const LATER = ['429 ERR_CHALLENGE_LIMIT', '503 ERR_STATE_CONTENTION'];

/** The answers but those that any enrollment of the winner's own can get. */
const decided = ({ tally }: Outcome): readonly string[] =>
  Object.keys(tally).filter((each) => each !== 'accepted' && !LATER.includes(each));

/** Keys that came too late: known under the label before the record had another, or not. */
const outsiders = ({ tally }: Outcome): number =>
  (tally['409 ERR_ENROLLMENT_KEY_ENDED'] ?? 0) + (tally['409 ERR_ENROLLMENT_LABEL_TAKEN'] ?? 0);

describe.for(await arenas(PROCESSES))(`${TIMES} enrollments at once on %s`, ([, arena]) => {
  afterAll(() => arena.close());

  async function settle(entrants: readonly Entrant[]): Promise<Outcome> {
    const outcome = await hold(arena, entrants);
    expect(await wrongOwners(arena, outcome)).toEqual([]);
    const conflicting = outcome.losers.filter(({ answer }) => answer.status === 409);
    const spread = Math.ceil(conflicting.length / CLIMBING);
    const some = conflicting.filter((_, at) => at % spread === 0);
    expect(await wrongClimbs(arena, some)).toEqual([]);
    expect(
      await takenLabels(
        arena,
        entrants.map(({ label }) => label),
      ),
    ).toEqual([]);
    expect(await brokenLayout(arena)).toEqual([]);
    return outcome;
  }

  /** All with one key, if the platform has keys. */
  function ofOneKey(platform: Platform, phones: readonly Omit<Have, 'platform'>[]): readonly Entrant[] {
    const key = platform === 'keyless' ? undefined : newKey();
    const makers = phones.map((phone) => () => entrant(arena, { platform, ...phone }, key));
    return rounds(TIMES, makers);
  }

  it('of one key under one label that can be attested again: one record', async () => {
    const outcome = await settle(ofOneKey('ios', [{ label: newLabel() }]));
    expect(decided(outcome)).toEqual([]);
    expect(outcome.winners.length).toBeLessThanOrEqual(MAX_SPENT);
  });

  it('of one key under one label that is attested when it is made: one session', async () => {
    const { tally } = await settle(ofOneKey('android', [{ label: newLabel() }]));
    expect(tally).toEqual({ accepted: 1, '409 ERR_ENROLLMENT_KEY_PROOF_MISSING': TIMES - 1 });
  });

  it('without a key under one label: one session', async () => {
    const { tally } = await settle(ofOneKey('keyless', [{ label: newLabel() }]));
    expect(tally).toEqual({ accepted: 1, '409 ERR_ENROLLMENT_LABEL_TAKEN': TIMES - 1 });
  });

  it('of one key under two labels: one label has it', async () => {
    const outcome = await settle(ofOneKey('ios', [{ label: newLabel() }, { label: newLabel() }]));
    expect(decided(outcome)).toEqual(['409 ERR_ENROLLMENT_KEY_TAKEN']);
    expect(outcome.tally['409 ERR_ENROLLMENT_KEY_TAKEN']).toBe(TIMES / 2);
  });

  it('of one key for two users: one user has it', async () => {
    const label = newLabel();
    const outcome = await settle(
      ofOneKey('ios', [
        { label, user: 'alice' },
        { label, user: 'bob' },
      ]),
    );
    expect(decided(outcome)).toEqual(['409 ERR_ENROLLMENT_USER_TAKEN']);
  });

  it('of one key for two users under two labels: one user has it, and one label', async () => {
    const outcome = await settle(
      ofOneKey('ios', [
        { label: newLabel(), user: 'alice' },
        { label: newLabel(), user: 'bob' },
      ]),
    );
    expect(decided(outcome)).toEqual(['409 ERR_ENROLLMENT_KEY_TAKEN']);
  });

  it('of 100 keys under one label: one key has it', async () => {
    const label = newLabel();
    const keys = Array.from({ length: 100 }, newKey);
    const makers = keys.map((key) => () => entrant(arena, { platform: 'ios', label }, key));
    const outcome = await settle(rounds(TIMES, makers));
    expect(outsiders(outcome)).toBe(TIMES - TIMES / 100);
  });

  it('of which some are real, by App Attest: one key, one label, one user', async () => {
    const [label, other] = [newLabel(), newLabel()];
    const key = newGenuineKey();
    const one = await settle(rounds(FEW, [() => genuine(arena, label, key)]));
    expect(decided(one)).toEqual([]);

    const twice = newGenuineKey();
    const two = await settle(
      rounds(FEW, [
        () => genuine(arena, other, twice, 'alice'),
        () => genuine(arena, `${other}-2`, twice, 'bob'),
      ]),
    );
    expect(decided(two)).toEqual(['409 ERR_ENROLLMENT_KEY_TAKEN']);

    const keys = Array.from({ length: 5 }, newGenuineKey);
    const third = newLabel();
    const many = await settle(
      rounds(
        FEW,
        keys.map((each) => () => genuine(arena, third, each)),
      ),
    );
    expect(outsiders(many)).toBe(FEW - FEW / 5);
  });
});
