import { randomBytes } from 'node:crypto';
import type { Signer } from '../../../src/ports/enrolment.js';
import { counting, keyless, signing, START } from './evidence.js';
import { ATTEMPTS, live, type Core } from './layout-core.js';
import {
  need,
  needChallenge,
  read,
  Refusal,
  unpack,
  write,
  type Device,
  type Pointer,
  type RefreshClaim,
  type Seen,
} from './layout-records.js';
import { signedLines, type Answer, type Body } from './subject.js';

/** Enrols, renews or replaces, by what there is under the label and of the key. */
export async function attest(core: Core, body: Body, user: string | undefined): Promise<Answer> {
  const { store, clock, keeps, begun, device, decide, grant, userIsBlocked, count, claim } = core;
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
        const counter = evidence.proof?.verify({ key: known.key } as Signer, lines, proof);
        const generation = known.generation + 1;
        const isTaken = pointer !== undefined && pointer.value.label !== label;
        need(!isTaken && pointer?.value.retired !== true, 409);
        need(pointer === undefined || pointer.value.generation > known.generation, 409);
        if (!isCounted) need(await count(known.key.id, counter), 403);
        isCounted = true;
        if (!(await point(core, key.id, { label, generation }, pointer, claimOnce))) continue;
        const families = keeps('a replacement ends the families') ? [family] : [...known.families, family];
        next = { ...of, key, generation: pointer?.value.generation ?? generation, families };
      }
    } else {
      need(pointer === undefined || (pointer.value.label === label && !pointer.value.retired), 409);
      const id = randomBytes(16).toString('base64url');
      const generation = pointer?.value.generation ?? 1;
      const [isMine] = await Promise.all([
        key === undefined || point(core, key.id, { label, generation }, pointer, claimOnce),
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
  { store, keeps }: Core,
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
