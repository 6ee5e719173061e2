import { randomUUID } from 'node:crypto';
import { MAX_SPENT } from '../../../src/sessions/state/device-record.js';
import type { VirtualKey } from 'attestkit-testing/apple';
import { recordUnder, type Arena } from './arena.js';
import { apple, APP_ID } from './backend.js';
import type { Call } from './calls.js';
import type { FakeKey } from '../orders/evidence.js';
import { attestBody, bearer, climb, newKey, type Have } from '../orders/phone.js';
import { readSession, type Answer, type Said } from '../orders/subject.js';

/** One of those who want to enroll at once. */
export interface Entrant {
  readonly call: Call;
  readonly label: string;
  readonly user: string | undefined;
  /** Absent where it is a key of a virtual phone, or there is none. */
  readonly have?: Have;
}

/** A label that nobody had. */
export const newLabel = (): string => `label-${randomUUID()}`;

/** A phone that enrolls, by the double of its platform. */
export function entrant(arena: Arena, have: Have, key: FakeKey | undefined): Entrant {
  const { label, user } = have;
  const body = attestBody(arena.server, have, key);
  return { call: { verb: 'attest', body, user }, label, user, have: { ...have, pending: key } };
}

/** A key on a virtual iPhone whose clock is the system's. */
export const newGenuineKey = (): VirtualKey =>
  apple.createIPhone({ appId: APP_ID, now: Date.now }).generateKey();

/** A phone that enrolls by App Attest. */
export function genuine(arena: Arena, label: string, key: VirtualKey, user?: string): Entrant {
  const challenge = arena.server.challenge(label, 'attest');
  const attestation = Buffer.from(key.attest({ challenge })).toString('base64');
  const body = { challenge, device_id: label, key_id: key.keyId, attestation };
  return { call: { verb: 'attest', body, user, real: true }, label, user };
}

/** So many, in the order of a round of `makers`. */
export function rounds(count: number, makers: readonly ((index: number) => Entrant)[]): readonly Entrant[] {
  return Array.from({ length: count }, (_, index) => {
    const make = makers[index % makers.length] as (index: number) => Entrant;
    return make(index);
  });
}

/** How an entrant fared. */
export interface Fared extends Entrant {
  readonly answer: Answer;
}

/** One that was let in. */
export interface Winner extends Fared {
  readonly said: Said;
  readonly session: string;
  readonly refresh: string;
}

export interface Outcome {
  readonly all: readonly Fared[];
  readonly winners: readonly Winner[];
  readonly losers: readonly Fared[];
  /** How many were answered so: `accepted`, or the code. */
  readonly tally: Readonly<Record<string, number>>;
}

/** All enter at once. */
export async function hold(arena: Arena, entrants: readonly Entrant[]): Promise<Outcome> {
  const answers = await arena.rush(entrants.map(({ call }) => call));
  const all = entrants.map((each, at) => ({ ...each, answer: answers[at] as Answer }));
  const winners = all.flatMap((each) => {
    const { session, refresh } = each.answer;
    if (session === undefined || refresh === undefined) return [];
    return [{ ...each, session, refresh, said: readSession(session) }];
  });
  const losers = all.filter(({ answer }) => answer.status !== 200);
  const tally: Record<string, number> = {};
  for (const { answer } of all) {
    const name = answer.status === 200 ? 'accepted' : `${answer.status} ${answer.code}`;
    tally[name] = (tally[name] ?? 0) + 1;
  }
  return { all, winners, losers, tally };
}

/** Sessions of a record at most. */
const MOST = 8;

/**
 * What is wrong after a contest for one record: it has one owner, and no session but those that winners were given, and
 * no label but one has a record.
 */
export async function wrongOwners(arena: Arena, { all, winners }: Outcome): Promise<readonly string[]> {
  const wrong: string[] = [];
  for (const part of ['record', 'label', 'thumbprint', 'user'] as const) {
    const owners = new Set(winners.map(({ said }) => said[part]));
    if (owners.size !== 1) wrong.push(`the winners have ${owners.size} of ${part}`);
  }
  for (const { said, user, label } of winners) {
    if (said.user !== user) wrong.push(`${user} got a session of ${said.user}`);
    if (said.label !== label) wrong.push(`${label} got a session of ${said.label}`);
  }
  const labels = [...new Set(all.map(({ label }) => label))];
  const records = await Promise.all(labels.map((label) => recordUnder(arena.store, label)));
  const live = records.filter((record) => record !== undefined);
  if (live.length !== 1) wrong.push(`${live.length} labels have a record`);
  const [record] = live;
  if (record?.id !== winners[0]?.said.record) wrong.push('the record is not of a winner');
  const kept = new Set(record?.families.map(({ sid }) => sid));
  const given = new Set(winners.map(({ said }) => said.session));
  if (kept.size !== Math.min(MOST, given.size)) wrong.push(`${kept.size} of ${given.size} sessions are kept`);
  for (const sid of kept) if (!given.has(sid)) wrong.push('a session is live that nobody was given');
  wrong.push(...(await wrongLives(arena, winners, (said) => kept.has(said.session))));
  return wrong;
}

/** What is wrong with sessions: each has to work, and its token to refresh, or neither. */
export async function wrongLives(
  arena: Arena,
  winners: readonly Pick<Winner, 'said' | 'session' | 'refresh' | 'call'>[],
  isAlive: (said: Said) => boolean,
): Promise<readonly string[]> {
  const uses = winners.map(({ session, call: { real = false } }): Call => {
    return { verb: 'request', by: 'session', fields: bearer(session), real };
  });
  const refreshes = winners.map(({ refresh, call: { real = false } }): Call => {
    return { verb: 'refresh', body: { refresh_token: refresh }, real };
  });
  const used = await arena.rush(uses);
  const refreshed = await arena.rush(refreshes);
  return winners.flatMap(({ said }, at) => {
    const expected = isAlive(said);
    const found = [used[at], refreshed[at]].map((answer) => `${answer?.status} ${answer?.code ?? ''}`);
    const isRight = found.every((each) => each.startsWith('200') === expected);
    return isRight ? [] : [`a session that ${expected ? 'lives' : 'ended'}: ${found.join(', ')}`];
  });
}

/**
 * Phones that were told to begin anew climb the ladder: with that answer, or as if it was lost. Each has to get a session.
 * Where a record remembers all the challenges that it can, a client without an answer would have to wait until they expire.
 */
export async function wrongClimbs(arena: Arena, losers: readonly Fared[]): Promise<readonly string[]> {
  const wrong: string[] = [];
  for (const [at, { have, answer, label }] of losers.entries()) {
    if (have === undefined) continue;
    const { platform, user } = have;
    const record = await recordUnder(arena.store, label);
    const isAnswered = at % 2 === 0 || (record?.spent.length ?? 0) >= MAX_SPENT;
    const { end, log } = await climb(arena.server, isAnswered ? { platform, user, label: newLabel() } : have);
    if (end !== 'accepted') wrong.push(`after ${answer.code} a phone ends ${end}: ${log.join(', ')}`);
  }
  return wrong;
}

/** The labels without a record are free for a new phone. */
export async function takenLabels(arena: Arena, labels: readonly string[]): Promise<readonly string[]> {
  const taken: string[] = [];
  for (const label of new Set(labels)) {
    if ((await recordUnder(arena.store, label)) !== undefined) continue;
    const { call } = entrant(arena, { platform: 'ios', label }, newKey());
    const [answer] = await arena.rush([call]);
    if (answer?.status !== 200) taken.push(`${label} is free and refused: ${answer?.code}`);
  }
  return taken;
}
