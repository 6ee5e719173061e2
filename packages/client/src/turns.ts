import { queueOf, type Queue } from './queue.js';

/** By place: two clients of one storage, in one process, take turns. */
const TURNS = new WeakMap<object, Queue>();

export function turnsOf(place: object): Queue {
  const turns = TURNS.get(place) ?? queueOf(1);
  TURNS.set(place, turns);
  return turns;
}
