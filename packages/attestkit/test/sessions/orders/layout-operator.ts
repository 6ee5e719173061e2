import { ATTEMPTS, live, type Core } from './layout-core.js';
import {
  need,
  read,
  Refusal,
  unpack,
  write,
  type Device,
  type Pointer,
  type RefreshClaim,
} from './layout-records.js';
import type { Answer, Target } from './subject.js';

/** Changes a record by compare-and-set; `fence` where there is none. */
async function change(
  { device, decide }: Core,
  label: string,
  how: (value: Device) => Device | undefined,
  fence?: Device,
): Promise<Answer> {
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

async function flag({ store }: Core, id: string, flags: Partial<Pointer>): Promise<string> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const seen = await read<Pointer>(store, `key/${id}`);
    need(seen !== undefined, 404);
    if (await write(store, `key/${id}`, { ...seen.value, ...flags }, seen)) return seen.value.label;
  }
  throw new Refusal(503);
}

export async function block(core: Core, target: Target): Promise<Answer> {
  if ('user' in target) {
    await core.store.put(`user/${target.user}`, '{}', undefined);
    return { status: 200 };
  }
  if ('record' in target) {
    const { id, label } = target.record;
    return change(core, label, (value) =>
      value.id === id
        ? { ...value, blocked: true, families: [], ended: endedOf(value, value.key?.id, 'blocked') }
        : undefined,
    );
  }
  const { id } = target.key;
  const label = await flag(core, id, { blocked: true });
  if (!core.keeps('a block writes the device too')) return { status: 200 };
  return change(
    core,
    label,
    (value) => ({
      ...value,
      ...(value.key?.id === id && { blocked: true, families: [] }),
      ended: endedOf(value, id, 'blocked'),
    }),
    FENCE,
  );
}

export async function forget(core: Core, { id }: { readonly id: string }): Promise<Answer> {
  const { store, device, decide } = core;
  const known = await read<{ readonly label: string }>(store, `id/${id}`);
  need(known !== undefined, 404);
  const { label } = known.value;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const seen = await device(label);
    need(live(seen) && seen.value.id === id, 404);
    const { key, spent } = seen.value;
    if (key !== undefined) await flag(core, key.id, { retired: true });
    const ended = endedOf(seen.value, key?.id, 'retired');
    if (await decide(label, { ...FENCE, ended, spent }, seen)) return { status: 200 };
  }
  throw new Refusal(503);
}

/** Ends a session. */
export function revoke(core: Core, token: string): Promise<Answer> {
  const { label, sid } = unpack<RefreshClaim>(token);
  return change(core, label, (value) => ({
    ...value,
    families: value.families.filter((each) => each.sid !== sid),
  }));
}

export function unblock(core: Core, target: Target): Promise<Answer> {
  need('record' in target, 404);
  return change(core, target.record.label, (value) => {
    const { [value.key?.id ?? '']: _lifted, ...ended } = value.ended;
    return { ...value, blocked: false, ended };
  });
}

function endedOf({ ended }: Device, id: string | undefined, how: 'blocked' | 'retired'): Device['ended'] {
  return id === undefined ? ended : { ...ended, [id]: how };
}
