import {
  assert,
  assertPending,
  blockKey,
  blockRecord,
  blockUser,
  enroll,
  forget,
  refresh,
  renew,
  renewKeyless,
  replace,
  revoke,
  signed,
  takeKey,
  takeLabel,
  unblockRecord,
  useSession,
  type Make,
  type Request,
} from './requests.js';
import type { Platform } from './phone.js';
import { blocked, empty, enrolled, interrupted, LABEL, type Open, type World } from './worlds.js';

/** A world with the requests that meet in it, by name. */
export interface Meeting {
  readonly name: string;
  readonly world: (open: Open) => Promise<World>;
  readonly requests: Readonly<Record<string, Make>>;
}

const meeting = (
  name: string,
  make: (open: Open, platform: Platform) => Promise<World>,
  platform: Platform,
  requests: Readonly<Record<string, Make>>,
): Meeting => ({ name, world: (open) => make(open, platform), requests });

/** The counter of a signature that two requests share: above those that worlds use. */
const SHARED = 1000;

const operator = { 'block record': blockRecord(), 'block user': blockUser(), forget: forget() };

/** Store operations of an enrollment, at most, after which it may have stopped. */
const OPERATIONS = 6;

const stopped = Array.from({ length: OPERATIONS }, (_, at) =>
  meeting(
    `an enrollment stopped after ${at + 1} operations`,
    (open, platform) => interrupted(open, platform, at + 1),
    'ios',
    {
      'enroll K': enroll('alice', 'K'),
      'enroll K elsewhere': enroll('bob', 'K', 'bob-phone'),
      'enroll another key': enroll('alice', 'K2'),
      'assert K': assertPending('K'),
      'block key': blockKey('K'),
    },
  ),
);

export const MEETINGS: readonly Meeting[] = [
  meeting('nobody is enrolled', empty, 'ios', {
    'enroll K': enroll('alice', 'K'),
    'enroll K for bob': enroll('bob', 'K'),
    'enroll K elsewhere': enroll('bob', 'K', 'bob-phone'),
    'enroll another key': enroll('bob', 'K2'),
    'assert K': assertPending('K'),
    'block key': blockKey('K'),
    'block user': blockUser(),
  }),
  meeting('an iPhone is enrolled', enrolled, 'ios', {
    renew: renew(),
    'renew for bob': renew('bob'),
    replace: replace('B'),
    'replace for bob': replace('B', 'bob'),
    'replace by another': replace('C'),
    'take the label': takeLabel(),
    'take the key': takeKey(),
    assert: assert(),
    'assert for bob': assert('bob'),
    refresh: refresh(),
    'sign beside': signed('signed'),
    'sign beside, shared counter': signed('signed', SHARED),
    'sign alone, shared counter': signed('alone', SHARED),
    'sign with a challenge': signed('signed', undefined, true),
    'assert, shared counter': assert('alice', SHARED),
    ask: useSession(),
    revoke: revoke(),
    'block key': blockKey(),
    ...operator,
  }),
  meeting('an Android phone is enrolled', enrolled, 'android', {
    'attest again': renew(),
    replace: replace('B'),
    'replace by another': replace('C'),
    assert: assert(),
    refresh: refresh(),
    'sign beside': signed('signed'),
    'sign alone': signed('alone'),
    'block key': blockKey(),
    ...operator,
  }),
  meeting('a phone without a key is enrolled', enrolled, 'keyless', {
    renew: renewKeyless(),
    'take the label': enroll('mallory', undefined, LABEL),
    refresh: refresh(),
    ask: useSession(),
    revoke: revoke(),
    ...operator,
  }),
  meeting('nobody is enrolled without a key', empty, 'keyless', {
    enroll: enroll('alice', undefined),
    'enroll for bob': enroll('bob', undefined),
  }),
  meeting('an iPhone is blocked', blocked, 'ios', {
    unblock: unblockRecord(),
    renew: renew(),
    replace: replace('B'),
    assert: assert(),
    refresh: refresh(),
    'sign alone': signed('alone'),
    'block key': blockKey(),
    ...operator,
  }),
  ...stopped,
];

export function meetingOf(where: string): Meeting {
  const found = MEETINGS.find(({ name }) => name === where);
  if (found === undefined) throw new Error(`nobody meets where ${where}`);
  return found;
}

/** Every pair of a meeting, with each request beside another one of its kind. */
export function pairsOf({ requests }: Meeting): readonly (readonly [one: string, other: string])[] {
  const names = Object.keys(requests);
  return names.flatMap((one, at) => names.slice(at).map((other) => [one, other] as const));
}

/** The requests of these names, each with a challenge and a counter of its own. */
export function requestsOf({ requests }: Meeting, names: readonly string[]): readonly Make[] {
  return names.map((name) => {
    const make = requests[name];
    if (make === undefined) throw new Error(`nobody makes the request ${name}`);
    return make;
  });
}

/** One request that arrives twice: byte for byte the same. */
export function twice(make: Make): readonly Make[] {
  let sent: Request | undefined;
  return [(world) => (sent = make(world)), (world) => sent ?? make(world)];
}
