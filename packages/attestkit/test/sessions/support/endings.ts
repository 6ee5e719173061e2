import type { Arena } from './arena.js';
import type { Call } from './calls.js';
import { newLabel } from './contest.js';
import type { FakeKey } from '../orders/evidence.js';
import { assertBody, attestBody, newKey, type Have } from '../orders/phone.js';
import { readSession, type Answer, type Said } from '../orders/subject.js';

/** An enrolled phone, of which something is about to end. */
export interface Owner {
  readonly have: Have;
  readonly key: FakeKey;
  readonly session: string;
  readonly refresh: string;
  readonly said: Said;
  readonly record: { readonly id: string; readonly label: string };
}

/** So many phones, all enrolled at once. */
export async function owners(arena: Arena, count: number, user?: string): Promise<readonly Owner[]> {
  const phones = Array.from({ length: count }, () => {
    const key = newKey();
    return { key, have: { platform: 'ios', label: newLabel(), user, key } satisfies Have };
  });
  const answers = await arena.rush(
    phones.map(({ key, have }): Call => ({
      verb: 'attest',
      body: attestBody(arena.server, have, key),
      user,
    })),
  );
  return phones.map((phone, at) => {
    const { session, refresh, code } = answers[at] as Answer;
    if (session === undefined || refresh === undefined) throw new Error(`not enrolled: ${code}`);
    const said = readSession(session);
    return { ...phone, session, refresh, said, record: { id: said.record, label: phone.have.label } };
  });
}

/** How one round ended: each call with its answer. */
export interface Round {
  readonly owner: Owner;
  readonly done: readonly {
    readonly call: Call;
    readonly answer: Answer;
    readonly key?: FakeKey | undefined;
  }[];
}

/** A call of a round, and the key that it would enroll. */
export interface Move {
  readonly call: Call;
  readonly key?: FakeKey;
}

/** All rounds at once, each with the moves that are made for its phone. */
export async function rush(
  arena: Arena,
  phones: readonly Owner[],
  moves: (owner: Owner, round: number) => readonly Move[],
): Promise<readonly Round[]> {
  const made = phones.map((owner, round) => ({ owner, moves: moves(owner, round) }));
  const calls = made.flatMap((each) => each.moves.map(({ call }) => call));
  const answers = [...(await doneAgain(arena, calls, await arena.rush(calls)))];
  return made.map(({ owner, moves: own }) => ({
    owner,
    done: own.map((move) => ({ ...move, answer: answers.shift() as Answer })),
  }));
}

/** The operator does again what could not be done for others who wrote at the same time. */
async function doneAgain(
  arena: Arena,
  calls: readonly Call[],
  answers: readonly Answer[],
): Promise<readonly Answer[]> {
  return Promise.all(
    answers.map(async (answer, at) => {
      const call = calls[at] as Call;
      const isContended = call.verb === 'block' && answer.code === 'ERR_STATE_CONTENTION';
      return isContended ? ((await arena.rush([call]))[0] as Answer) : answer;
    }),
  );
}

/** Milliseconds over which what ends something is spread, so that it comes early in some rounds and late in others. */
const SPREAD = 16;

/** When the move that ends something begins in a round: from at once to when all others are done. */
export const moment = (round: number): number => round % SPREAD;

/** Replaces the key of a phone by a new one, with a proof by the old one. */
export function replacement(arena: Arena, { have, key: old }: Owner): Move {
  const key = newKey();
  const body = attestBody(arena.server, have, key, { key: old });
  return { call: { verb: 'attest', body, user: have.user }, key };
}

/** Attests a key under the label of a phone, without a proof. */
export function attestation(arena: Arena, { have }: Owner, key: FakeKey): Move {
  return { call: { verb: 'attest', body: attestBody(arena.server, have, key), user: have.user }, key };
}

export function assertion(arena: Arena, { have }: Owner, key: FakeKey): Call {
  return { verb: 'assert', body: assertBody(arena.server, have, key), user: have.user };
}

/** What those who were answered with a session hold now, beside what the phone had before. */
export function held({ owner, done }: Round) {
  const given = done.flatMap(({ call, answer: { session, refresh }, key }) =>
    session === undefined || refresh === undefined
      ? []
      : [{ call, session, refresh, key, said: readSession(session) }],
  );
  const { session, refresh, said, key } = owner;
  const before = { call: { verb: 'refresh', body: {} } as Call, session, refresh, said, key };
  return { before, given, all: [before, ...given] };
}
