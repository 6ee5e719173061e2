import type { Call } from './calls.js';
import { newLabel } from './contest.js';
import type { FakeKey } from '../orders/evidence.js';
import { assertBody, attestBody, newKey, type Have, type Platform } from '../orders/phone.js';
import { readSession, type Answer, type Server } from '../orders/subject.js';

/** What a process was about to do, and what has to be so after it was killed. */
export interface Scene {
  readonly call: Call;
  /** What the client has whose request it was, or whose device. It got no answer. */
  readonly have: Have;
  /** What an operator does again, who got no answer: 200 or, where it was done, 404. */
  readonly again?: Call;
  /** What has to be dead then. */
  readonly dead?: { readonly session: string; readonly refresh: string };
  /** How the ladder of the client may end. */
  readonly end: 'accepted' | 'refused';
}

/** Prepares a scene on a server: each has a label and keys of its own. */
export type Prepare = (server: Server) => Promise<Scene>;

interface Enrolled {
  readonly have: Have;
  readonly session: string;
  readonly refresh: string;
  readonly record: { readonly id: string; readonly label: string };
}

async function enrolled(server: Server, platform: Platform): Promise<Enrolled> {
  const label = newLabel();
  const key = platform === 'keyless' ? undefined : newKey();
  const have: Have = { platform, label, key };
  return holding(have, await server.attest(attestBody(server, have, key)));
}

/** A device that has refreshed, so that its record has a late end already. */
async function used(server: Server, platform: Platform): Promise<Enrolled> {
  const { have, refresh: token } = await enrolled(server, platform);
  return holding(have, await server.refresh({ refresh_token: token }));
}

function holding(have: Have, { session, refresh, status, code }: Answer): Enrolled {
  if (session === undefined || refresh === undefined) throw new Error(`no session: ${status} ${code}`);
  const record = { id: readSession(session).record, label: have.label };
  return { have: { ...have, refresh }, session, refresh, record };
}

function keyOf({ have: { key } }: Enrolled): FakeKey {
  if (key === undefined) throw new Error('the phone has no key');
  return key;
}

const enroll =
  (platform: Platform): Prepare =>
  async (server) => {
    const label = newLabel();
    const key = platform === 'keyless' ? undefined : newKey();
    const have: Have = { platform, label, pending: key };
    return { call: { verb: 'attest', body: attestBody(server, have, key) }, have, end: 'accepted' };
  };

const renew: Prepare = async (server) => {
  const before = await used(server, 'ios');
  const body = attestBody(server, before.have, keyOf(before));
  return { call: { verb: 'attest', body }, have: before.have, end: 'accepted' };
};

const replace =
  (platform: Platform): Prepare =>
  async (server) => {
    const before = await used(server, platform);
    const pending = newKey();
    const body = attestBody(server, before.have, pending, { key: keyOf(before) });
    // Its token was refused before: else it would not replace its key.
    const have: Have = { ...before.have, pending, refresh: undefined };
    return { call: { verb: 'attest', body }, have, end: 'accepted' };
  };

const assert =
  (platform: Platform): Prepare =>
  async (server) => {
    const before = await used(server, platform);
    const body = assertBody(server, before.have, keyOf(before));
    return { call: { verb: 'assert', body }, have: { ...before.have, refresh: undefined }, end: 'accepted' };
  };

const refresh =
  (platform: Platform, prepare = used): Prepare =>
  async (server) => {
    const { have, refresh: token } = await prepare(server, platform);
    return { call: { verb: 'refresh', body: { refresh_token: token } }, have, end: 'accepted' };
  };

const renewKeyless: Prepare = async (server) => {
  const { have, refresh: token } = await used(server, 'keyless');
  const body = attestBody(server, have, undefined, { refresh: token });
  return { call: { verb: 'attest', body }, have, end: 'accepted' };
};

const block =
  (of: 'record' | 'key'): Prepare =>
  async (server) => {
    const before = await used(server, 'ios');
    const target = of === 'record' ? { record: before.record } : { key: keyOf(before) };
    const call: Call = { verb: 'block', target };
    return { call, have: before.have, again: call, dead: before, end: 'refused' };
  };

const forget: Prepare = async (server) => {
  const before = await used(server, 'ios');
  const call: Call = { verb: 'forget', record: before.record };
  return { call, have: before.have, again: call, dead: before, end: 'accepted' };
};

/** The first use moves the end of a record: it reads it, reads and writes what points to it, and writes it. */
const EXTENSION = 8;

/** A block makes endless what points to the record: it renews the counter, and reads and writes two pointers; a blocked key's it only reads. */
const KEEPING = 5;

/** What a process is killed in, and how many operations of the store it takes. */
export const SCENES: Readonly<Record<string, { readonly prepare: Prepare; readonly operations: number }>> = {
  'enroll a counting key': { prepare: enroll('ios'), operations: 6 },
  'enroll another key': { prepare: enroll('android'), operations: 6 },
  'enroll without a key': { prepare: enroll('keyless'), operations: 4 },
  renew: { prepare: renew, operations: 3 },
  'replace a counting key': { prepare: replace('ios'), operations: 6 },
  'replace another key': { prepare: replace('android'), operations: 5 },
  'assert by a counting key': { prepare: assert('ios'), operations: 3 },
  'assert by another key': { prepare: assert('android'), operations: 2 },
  'refresh with a key': { prepare: refresh('ios'), operations: 2 },
  'refresh with a key for the first time': { prepare: refresh('ios', enrolled), operations: 2 + EXTENSION },
  'refresh without a key': { prepare: refresh('keyless'), operations: 2 },
  'renew without a key': { prepare: renewKeyless, operations: 3 },
  'block a record': { prepare: block('record'), operations: 3 + KEEPING },
  'block a key': { prepare: block('key'), operations: 4 + KEEPING - 1 },
  forget: { prepare: forget, operations: 8 },
};
