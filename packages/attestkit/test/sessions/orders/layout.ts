import { randomBytes } from 'node:crypto';
import { AttestationError } from '../../../src/kernel/errors.js';
import type { Enrolled } from '../../../src/ports/enrolment.js';
import type { Store } from '../../../src/ports/store.js';
import type { HandClock } from './disk.js';
import { counting, keyless, signing, START } from './evidence.js';
import {
  challengeFor,
  need,
  needChallenge,
  read,
  Refusal,
  refreshToken,
  sessionToken,
  signedParameters,
  unpack,
  write,
  type Device,
  type Family,
  type Pointer,
  type RefreshClaim,
  type Seen,
} from './layout-records.js';
import { readSession, signedLines, type Answer, type Body, type Server, type Target } from './subject.js';

/** A rule of the layout that can be left out, to see that its absence is found. */
export type Rule =
  | 'a put names the version that was looked at'
  | 'a record lists the keys that ended'
  | 'a block writes the device too'
  | 'a record lists the challenges that led to it'
  | 'a key names its label first'
  | 'a counter is advanced before the record is written'
  | 'a replacement ends the families';

const ATTEMPTS = 6;

const live = (seen: Seen<Device> | undefined): seen is Seen<Device> =>
  seen !== undefined && seen.value.fence !== true;

/**
 * A server of the layout of CONTRACTS 9, as short as it gets: the records, the order of operations and the statuses, and
 * nothing else. A model that the explorer runs: what is to be changed in the layout is changed and explored here first.
 */
export function openLayout(store: Store, clock: HandClock, without?: Rule): Server {
  const keeps = (rule: Rule): boolean => rule !== without;
  const begun = (): Family => ({
    sid: randomBytes(16).toString('base64url'),
    generation: 0,
    rotated: clock.ms,
  });
  const device = (label: string) => read<Device>(store, `device/${label}`);
  const decide = async (label: string, value: Device, seen: Seen<Device> | undefined): Promise<boolean> => {
    const kept = keeps('a put names the version that was looked at') ? seen : await device(label);
    const ended = keeps('a record lists the keys that ended') ? value.ended : {};
    const spent = keeps('a record lists the challenges that led to it') ? value.spent : [];
    return write(store, `device/${label}`, { ...value, ended, spent }, kept);
  };
  const grant = (label: string, value: Device, family: Family): Answer => ({
    status: 200,
    session: sessionToken(label, value, family),
    refresh: refreshToken(label, family),
  });
  const userIsBlocked = async (user: string | undefined): Promise<boolean> =>
    user !== undefined && (await store.get(`user/${user}`)) !== undefined;
  const count = (id: string, counter: number | undefined): Promise<boolean> =>
    counter === undefined ? Promise.resolve(true) : store.advance(`count/${id}`, counter);
  const claim = (challenge: string): Promise<boolean> => store.claim(`spent/${challenge}`, 360_000);

  async function attest(body: Body, user?: string): Promise<Answer> {
    const label = body['device_id'] ?? '';
    const challenge = needChallenge(body['challenge'], label, 'attest');
    const evidence = [counting, signing, keyless].find(({ fields: [field] }) => field in body) ?? keyless;
    const context = { challenge, deviceId: label, now: START, request: undefined as never };
    const { key } = await evidence.verify(body, { ...context, consumeChallenge: () => Promise.resolve() });
    let isClaimed = false;
    let isCounted = false;
    const claimOnce = async (): Promise<boolean> => (isClaimed ||= await claim(challenge));
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const [seen, pointer, blocked] = await Promise.all([
        device(label),
        key && read<Pointer>(store, `key/${key.id}`),
        userIsBlocked(user),
        ...(key === undefined ? [claimOnce().then((mine) => need(mine, 400))] : []),
      ]);
      need(!blocked, 403);
      need(seen?.value.spent.includes(challenge) !== true, 400);
      need(pointer?.value.blocked !== true, 403);
      const ended = seen?.value.ended ?? {};
      if (key !== undefined && key.id in ended) throw new Refusal(ended[key.id] === 'blocked' ? 403 : 409);
      const spent = [...(seen?.value.spent ?? []), challenge];
      const family = begun();
      let next: Device;
      if (live(seen)) {
        const known = seen.value;
        need(!known.blocked, 403);
        need(user === undefined || known.user === undefined || user === known.user, 409);
        const of = { ...known, user: known.user ?? user, spent };
        if (key === undefined) {
          need(known.key === undefined, 409);
          const shown = unpack<RefreshClaim>(body['refresh_token'] ?? 'e30');
          const spends = known.families.find(({ sid }) => sid === shown.sid);
          need(spends !== undefined && spends.generation === shown.generation, 409);
          next = { ...of, families: [...known.families.filter((each) => each !== spends), family] };
        } else if (known.key?.id === key.id) {
          need(evidence.provesKey === true, 409);
          next = { ...of, families: [...known.families, family] };
        } else {
          need(known.key !== undefined && body['previous_key_id'] === known.key.id, 409);
          const lines = signedLines.replace(label, challenge, key.id);
          const proof = body['previous_assertion'] ?? body['previous_signature'] ?? '';
          const counter = evidence.proof?.verify({ key: known.key } as Enrolled, lines, proof, clock.ms);
          const generation = known.generation + 1;
          const isTaken = pointer !== undefined && pointer.value.label !== label;
          need(!isTaken && pointer?.value.retired !== true, 409);
          need(pointer === undefined || pointer.value.generation > known.generation, 409);
          if (!isCounted) need(await count(known.key.id, counter), 403);
          isCounted = true;
          if (!(await point(key.id, { label, generation }, pointer, claimOnce))) continue;
          const families = keeps('a replacement ends the families') ? [family] : [...known.families, family];
          next = { ...of, key, generation: pointer?.value.generation ?? generation, families };
        }
      } else {
        need(pointer === undefined || (pointer.value.label === label && !pointer.value.retired), 409);
        const id = randomBytes(16).toString('base64url');
        const generation = pointer?.value.generation ?? 1;
        const [isMine] = await Promise.all([
          key === undefined || point(key.id, { label, generation }, pointer, claimOnce),
          store.put(`id/${id}`, JSON.stringify({ label }), undefined),
        ]);
        if (!isMine) continue;
        next = { id, user, key, generation, blocked: false, families: [family], ended, spent };
      }
      if (await decide(label, next, seen)) return grant(label, next, family);
    }
    throw new Refusal(503);
  }

  /** Claims the challenge, and writes `key/K` where there is none: then the label may have the key. */
  async function point(
    id: string,
    value: Pointer,
    seen: Seen<Pointer> | undefined,
    claimOnce: () => Promise<boolean>,
  ): Promise<boolean> {
    const [mine, isWritten] = await Promise.all([
      claimOnce(),
      seen === undefined && keeps('a key names its label first')
        ? write(store, `key/${id}`, value, undefined)
        : true,
    ]);
    need(mine, 400);
    return isWritten;
  }

  async function assert(body: Body, user?: string): Promise<Answer> {
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
      const counter = evidence.proof?.verify({ key: value.key } as Enrolled, lines, proof, clock.ms);
      if (!isCounted) need(await count(value.key?.id ?? '', counter), 401);
      isCounted = true;
      const family = begun();
      const next = { ...value, user: value.user ?? user, spent: [...value.spent, challenge] };
      const families = [...value.families, family].slice(-8);
      if (await decide(label, { ...next, families }, seen)) return grant(label, next, family);
    }
    throw new Refusal(503);
  }

  async function refresh(body: Body, user?: string): Promise<Answer> {
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

  async function request(by: 'session' | 'signed' | 'alone', fields: Body): Promise<Answer> {
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
    const enrolled = { key: seen.value.key } as Enrolled;
    const counter = evidence.proof?.verify(enrolled, signedLines.request(challenge), proof, clock.ms);
    need(await count(id, counter), 401);
    need(challenge === undefined || (await claim(challenge)), 401);
    return { status: 200 };
  }

  /** Changes a record by compare-and-set; `fence` where there is none. */
  async function change(label: string, how: (value: Device) => Device | undefined, fence?: Device) {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const seen = await device(label);
      const base =
        seen?.value.fence === true || seen === undefined ? fence && { ...fence, ...seen?.value } : seen.value;
      const next = base && how(base);
      need(next !== undefined, 404);
      if (await decide(label, next, seen)) return { status: 200 };
    }
    throw new Refusal(503);
  }

  const FENCE: Device = {
    fence: true,
    id: '',
    generation: 0,
    blocked: false,
    families: [],
    ended: {},
    spent: [],
  };

  async function flag(id: string, flags: Partial<Pointer>): Promise<string> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const seen = await read<Pointer>(store, `key/${id}`);
      need(seen !== undefined, 404);
      if (await write(store, `key/${id}`, { ...seen.value, ...flags }, seen)) return seen.value.label;
    }
    throw new Refusal(503);
  }

  async function block(target: Target): Promise<Answer> {
    if ('user' in target) {
      await store.put(`user/${target.user}`, '{}', undefined);
      return { status: 200 };
    }
    if ('record' in target) {
      const { id, label } = target.record;
      return change(label, (value) =>
        value.id === id
          ? { ...value, blocked: true, families: [], ended: endedOf(value, value.key?.id, 'blocked') }
          : undefined,
      );
    }
    const { id } = target.key;
    const label = await flag(id, { blocked: true });
    if (!keeps('a block writes the device too')) return { status: 200 };
    return change(
      label,
      (value) => ({
        ...value,
        ...(value.key?.id === id && { blocked: true, families: [] }),
        ended: endedOf(value, id, 'blocked'),
      }),
      FENCE,
    );
  }

  async function forget({ id }: { readonly id: string }): Promise<Answer> {
    const known = await read<{ readonly label: string }>(store, `id/${id}`);
    need(known !== undefined, 404);
    const { label } = known.value;
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const seen = await device(label);
      need(live(seen) && seen.value.id === id, 404);
      const { key, spent } = seen.value;
      if (key !== undefined) await flag(key.id, { retired: true });
      const ended = endedOf(seen.value, key?.id, 'retired');
      if (await decide(label, { ...FENCE, ended, spent }, seen)) return { status: 200 };
    }
    throw new Refusal(503);
  }

  return {
    challenge: (label, purpose) => challengeFor(label, purpose, randomBytes(16).toString('base64url')),
    attest: (body, user) => told(() => attest(body, user)),
    assert: (body, user) => told(() => assert(body, user)),
    refresh: (body, user) => told(() => refresh(body, user)),
    request: (by, fields) => told(() => request(by, fields)),
    revoke: (token) => {
      const { label, sid } = unpack<RefreshClaim>(token);
      const without = (value: Device): Device => ({
        ...value,
        families: value.families.filter((each) => each.sid !== sid),
      });
      return told(() => change(label, without));
    },
    block: (target) => told(() => block(target)),
    unblock: (target) =>
      told(async () => {
        need('record' in target, 404);
        return change(target.record.label, (value) => {
          const { [value.key?.id ?? '']: _lifted, ...ended } = value.ended;
          return { ...value, blocked: false, ended };
        });
      }),
    forget: (record) => told(() => forget(record)),
  };
}

function endedOf({ ended }: Device, id: string | undefined, how: 'blocked' | 'retired'): Device['ended'] {
  return id === undefined ? ended : { ...ended, [id]: how };
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
