import type { Storage } from './ports.js';
import { queueOf, type Queue } from './queue.js';

/** By place and name: two clients of one installation, in one process, take turns too. */
const TURNS = new WeakMap<Storage, Map<string, Queue>>();

export function turnsOf(storage: Storage, name: string): Queue {
  const ofStorage = TURNS.get(storage) ?? new Map<string, Queue>();
  TURNS.set(storage, ofStorage);
  const turns = ofStorage.get(name) ?? queueOf(1);
  ofStorage.set(name, turns);
  return turns;
}
