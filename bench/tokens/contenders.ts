import type { Contender } from '../measure.js';

/** Something that verifies what it is given: tokens, attestations. */
export interface Verifier<Item = string> {
  readonly name: string;
  /** Returns for an item that it accepts; throws, or rejects, for one that it refuses. */
  readonly verify: (item: Item) => unknown;
  /** How to see a refusal, where it is not thrown. */
  readonly refuses?: (item: Item) => boolean;
  /** How many promises are awaited at once, where `verify` returns them. */
  readonly together?: number;
}

/** Has a verifier accept items. What it refuses ends the run: a mistake must not be measured as speed. */
export function accepting<Item>({ name, verify, together }: Verifier<Item>): Contender<Item> {
  if (together !== undefined) {
    return inGroups(name, together, async (items) => void (await Promise.all(items.map(verify))));
  }
  return {
    name,
    run: (items) => {
      for (const item of items) verify(item);
    },
  };
}

/** Has a verifier refuse items. What it accepts ends the run. */
export function refusing<Item>(verifier: Verifier<Item>): Contender<Item> {
  const { name, verify, together, refuses = throwing(verify) } = verifier;
  const mistaken = new Error(`${name} accepts what it has to refuse`);
  if (together !== undefined) {
    return inGroups(name, together, async (items) => {
      const settled = await Promise.allSettled(items.map(verify));
      if (settled.some(({ status }) => status === 'fulfilled')) throw mistaken;
    });
  }
  return {
    name,
    run: (items) => {
      for (const item of items) if (!refuses(item)) throw mistaken;
    },
  };
}

function throwing<Item>(verify: Verifier<Item>['verify']): (item: Item) => boolean {
  return (item) => {
    try {
      verify(item);
      return false;
    } catch {
      return true;
    }
  };
}

function inGroups<Item>(
  name: string,
  size: number,
  group: (items: readonly Item[]) => Promise<void>,
): Contender<Item> {
  return {
    name,
    run: async (items) => {
      for (let at = 0; at < items.length; at += size) await group(items.slice(at, at + size));
    },
  };
}
