import { randomBytes } from 'node:crypto';
import { AttestationError } from '../../../src/kernel/errors.js';
import type { Signer } from '../../../src/ports/enrolment.js';
import type { Store } from '../../../src/ports/store.js';
import type { HandClock } from './disk.js';
import { counting, signing } from './evidence.js';
import { attest } from './layout-attest.js';
import { ATTEMPTS, createCore, live, type Core, type Rule } from './layout-core.js';
import { block, forget, revoke, unblock } from './layout-operator.js';
import {
  challengeFor,
  need,
  needChallenge,
  read,
  Refusal,
  signedParameters,
  unpack,
  type Family,
  type Pointer,
  type RefreshClaim,
} from './layout-records.js';
import { readSession, signedLines, type Answer, type Body, type Server } from './subject.js';

/**
 * A server over the layout of the store (docs/stores.md), as short as it gets: the records, the order of operations and the statuses, and
 * nothing else. A model that the explorer runs: what is to be changed in the layout is changed and explored here first.
 *
 * @param lacking a rule that it does not follow
 */
export function openLayout(store: Store, clock: HandClock, lacking?: Rule): Server {
  const core = createCore(store, clock, lacking);
  return {
    challenge: (label, purpose) => challengeFor(label, purpose, randomBytes(16).toString('base64url')),
    attest: (body, user) => told(() => attest(core, body, user)),
    assert: (body, user) => told(() => assert(core, body, user)),
    refresh: (body, user) => told(() => refresh(core, body, user)),
    request: (by, fields) => told(() => request(core, by, fields)),
    revoke: (token) => told(() => revoke(core, token)),
    block: (target) => told(() => block(core, target)),
    unblock: (target) => told(() => unblock(core, target)),
    forget: (record) => told(() => forget(core, record)),
  };
}

async function assert(core: Core, body: Body, user: string | undefined): Promise<Answer> {
  const { clock, keeps, begun, device, decide, grant, userIsBlocked, count } = core;
  const label = body['device_id'] ?? '';
  const challenge = needChallenge(body['challenge'], label, 'assert');
  const proof = body['assertion'] ?? body['signature'] ?? '';
  const evidence = 'assertion' in body ? counting : signing;
  let isCounted = !keeps('a counter is advanced before the record is written');
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const [seen, blocked] = await Promise.all([device(label), userIsBlocked(user)]);
    need(!blocked, 403);
    need(live(seen) && seen.value.key?.id === body['key_id'], 401);
    const { value } = seen;
    need(!value.blocked, 403);
    need(!value.spent.includes(challenge), 400);
    need(user === undefined || value.user === undefined || user === value.user, 409);
    const lines = signedLines.session(label, challenge);
    const counter = evidence.proof?.verify({ key: value.key } as Signer, lines, proof);
    if (!isCounted) need(await count(value.key?.id ?? '', counter), 401);
    isCounted = true;
    const family = begun();
    const next = { ...value, user: value.user ?? user, spent: [...value.spent, challenge] };
    const families = [...value.families, family].slice(-8);
    if (await decide(label, { ...next, families }, seen)) return grant(label, next, family);
  }
  throw new Refusal(503);
}

async function refresh(core: Core, body: Body, user: string | undefined): Promise<Answer> {
  const { clock, device, decide, grant, userIsBlocked } = core;
  const { label, sid, generation } = unpack<RefreshClaim>(body['refresh_token']);
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const [seen, blocked] = await Promise.all([device(label), userIsBlocked(user)]);
    need(!blocked, 403);
    need(live(seen), 401);
    const { value } = seen;
    need(!value.blocked, 403);
    const family = value.families.find((each) => each.sid === sid);
    need(family !== undefined, 401);
    need(user === undefined || value.user === user, value.user === undefined ? 401 : 409);
    const retryMs = value.key === undefined ? 600_000 : 30_000;
    if (generation === family.generation - 1 && clock.ms - family.rotated <= retryMs)
      return grant(label, value, family);
    const others = value.families.filter((each) => each !== family);
    if (generation !== family.generation) {
      if (await decide(label, { ...value, families: others }, seen)) throw new Refusal(401);
      continue;
    }
    const rotated = { sid, generation: generation + 1, rotated: clock.ms };
    if (await decide(label, { ...value, families: [...others, rotated] }, seen))
      return grant(label, value, rotated);
  }
  throw new Refusal(503);
}

async function request(core: Core, by: 'session' | 'signed' | 'alone', fields: Body): Promise<Answer> {
  const { store, clock, device, count, claim } = core;
  const [, bearer] = /^Bearer (.+)$/.exec(fields['authorization'] ?? '') ?? [];
  const said = bearer === undefined ? undefined : readSession(bearer);
  const parameters = signedParameters(by === 'session' ? {} : fields);
  const id = parameters.get('key_id') ?? '';
  const pointer = by === 'alone' ? await read<Pointer>(store, `key/${id}`) : undefined;
  const label = said?.label ?? pointer?.value.label;
  need(label !== undefined, 401);
  const challenge = parameters.get('challenge');
  const evidence = parameters.has('assertion') ? counting : signing;
  const proof = parameters.get('assertion') ?? parameters.get('signature') ?? '';
  const seen = await device(label);
  need(live(seen), 401);
  need(!seen.value.blocked, 403);
  const isOfSession = ({ sid }: Family): boolean => sid === said?.session;
  need(said === undefined || seen.value.families.some(isOfSession), 401);
  if (by === 'session') return { status: 200 };
  need(seen.value.key?.id === id, 401);
  const enrolled = { key: seen.value.key } as Signer;
  const counter = evidence.proof?.verify(enrolled, signedLines.request(challenge), proof);
  need(await count(id, counter), 401);
  need(challenge === undefined || (await claim(challenge)), 401);
  return { status: 200 };
}

async function told(run: () => Promise<Answer>): Promise<Answer> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof Refusal) return { status: error.status };
    if (error instanceof AttestationError) return { status: 401, code: error.code };
    throw error;
  }
}
