import { appAttest } from '../../../src/app-attest/index.js';
import type { DeviceRecord, Marks } from '../../../src/sessions/state/device-record.js';
import type { KeyPointer } from '../../../src/sessions/state/key-pointer.js';
import { storeKeys } from '../../../src/sessions/state/store-keys.js';
import { decodeRecord } from '../../../src/sessions/state/stored-value.js';
import type { Store } from '../../../src/ports/store.js';
import { memoryStore } from '../../../src/stores/memory.js';
import { present } from '../../stores/support/servers.js';
import { apple, APP_ID, watched } from './backend.js';
import { perform, serverOf, type Call } from './calls.js';
import { openServer, type Answer, type Server } from '../orders/subject.js';
import { Race } from './race.js';
import { SHARED, type Shared } from './race-stores.js';

/** Processes on a store, and what it has. */
export interface Arena {
  /** Asked by one client after another. */
  readonly server: Server;
  readonly store: Store;
  /** Makes each call once, all at once, dealt to the processes; the answers are in the order of the calls. */
  rush(calls: readonly Call[]): Promise<readonly Answer[]>;
  /** The keys of records that begin so. */
  keys(beginning: string): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** One process on a store in its memory: this one. */
async function inMemory(): Promise<Arena> {
  const written = new Set<string>();
  const store = watched(memoryStore(), (operation, key) => {
    if (operation === 'put') written.add(key);
  });
  const clock = {
    get ms(): number {
      return Date.now();
    },
  };
  const genuine = appAttest({ appIds: [APP_ID], roots: [apple.attestationRoot, apple.receiptRoot] });
  const servers = { doubled: openServer(store, clock), real: openServer(store, clock, [genuine]) };
  const send = (call: Call): Promise<Answer> =>
    perform(call.real === true ? servers.real : servers.doubled, call);
  return {
    server: servers.doubled,
    store,
    rush: (calls) => Promise.all(calls.map(send)),
    keys: async (beginning) => [...written].filter((key) => key.startsWith(beginning)),
    close: async () => undefined,
  };
}

async function onProcesses(count: number, shared: Shared): Promise<Arena> {
  const race = await Race.start(count, shared);
  return {
    server: serverOf(async (call) => (await race.call([call]))[0] as Answer),
    store: shared.store,
    rush: (calls) => race.call(calls),
    keys: (beginning) => shared.keys(beginning),
    close: async () => {
      race.stop();
      await shared.close();
    },
  };
}

/** The arenas that there are here, each with its name; what is missing is said aloud. */
export async function arenas(processes: number): Promise<readonly (readonly [string, Arena])[]> {
  const found: (readonly [string, Arena])[] = [['memory, one process', await inMemory()]];
  for (const [kind, open] of Object.entries(SHARED))
    await present(`server for the store ${kind}`, async () => {
      found.push([`${kind}, ${processes} processes`, await onProcesses(processes, await open())]);
    });
  return found;
}

type Fence = Marks & { readonly fence: true };

/** The record under a label, if one is live. */
export async function recordUnder(store: Store, label: string): Promise<DeviceRecord | undefined> {
  return recordAt(store, storeKeys.device(storeKeys.labelDigest(label)));
}

async function recordAt(store: Store, key: string): Promise<DeviceRecord | undefined> {
  const found = await store.get(key);
  const kept = found && decodeRecord<DeviceRecord | Fence>(found);
  return kept === undefined || 'fence' in kept ? undefined : kept;
}

/** Whose a key is. */
async function pointerOf(store: Store, keyId: string): Promise<KeyPointer | undefined> {
  const found = await store.get(storeKeys.key(keyId));
  return found && decodeRecord<KeyPointer>(found);
}

/**
 * What breaks the layout, over all that is stored: each key has one record, under the label that its pointer names; each
 * record stands under its label, and is found by its id.
 *
 * @returns one sentence each; none where all is well
 */
export async function brokenLayout({
  store,
  keys,
}: Pick<Arena, 'store' | 'keys'>): Promise<readonly string[]> {
  const found: string[] = [];
  const owners = new Map<string, string>();
  const ids = new Set<string>();
  for (const key of await keys('device/')) {
    const record = await recordAt(store, key);
    if (record === undefined) continue;
    const { id, deviceId, enrolled, keyGen } = record;
    const labelDigest = storeKeys.labelDigest(deviceId);
    if (key !== storeKeys.device(labelDigest)) found.push(`${deviceId} stands under ${key}`);
    if (ids.has(id)) found.push(`two records have the id ${id}`);
    ids.add(id);
    const named = await store.get(storeKeys.id(id));
    if (named === undefined || decodeRecord<{ l: string }>(named).l !== labelDigest)
      found.push(`the record of ${deviceId} is not found by its id`);
    if (enrolled.key === undefined) continue;
    const other = owners.get(enrolled.key.id);
    if (other !== undefined) found.push(`${deviceId} and ${other} have one key`);
    owners.set(enrolled.key.id, deviceId);
    const pointer = await pointerOf(store, enrolled.key.id);
    if (pointer?.deviceId !== deviceId) found.push(`the key of ${deviceId} is of ${pointer?.deviceId}`);
    if (pointer?.keyGen !== keyGen) found.push(`the key of ${deviceId} has another generation`);
    if (pointer?.retired === true) found.push(`the key of ${deviceId} is retired`);
  }
  return found;
}
