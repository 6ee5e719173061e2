import { randomBytes } from 'node:crypto';
import type { Store } from '../../../src/ports/store.js';
import type { HandClock } from './disk.js';
import {
  read,
  refreshToken,
  sessionToken,
  write,
  type Device,
  type Family,
  type Seen,
} from './layout-records.js';
import type { Answer } from './subject.js';

/** A rule of the layout that can be left out, to see that its absence is found. */
export type Rule =
  | 'a put names the version that was looked at'
  | 'a record lists the keys that ended'
  | 'a block writes the device too'
  | 'a record lists the challenges that led to it'
  | 'a key names its label first'
  | 'a counter is advanced before the record is written'
  | 'a replacement ends the families';

/** How often a decision is tried again after another one came first. */
export const ATTEMPTS = 6;

export const live = (seen: Seen<Device> | undefined): seen is Seen<Device> =>
  seen !== undefined && seen.value.fence !== true;

/** What all operations of the model share. */
export type Core = ReturnType<typeof createCore>;

export function createCore(store: Store, clock: HandClock, lacking: Rule | undefined) {
  const keeps = (rule: Rule): boolean => rule !== lacking;
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
  return { store, clock, keeps, begun, device, decide, grant, userIsBlocked, count, claim };
}
