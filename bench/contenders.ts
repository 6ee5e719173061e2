import type { Contender } from './measure.js';
import type { Verifier } from './verifiers.js';

/** Has a verifier accept tokens. What it refuses ends the run: a mistake must not be measured as speed. */
export function accepting({ name, verify, together }: Verifier): Contender {
  if (together !== undefined) {
    return inGroups(name, together, async (tokens) => void (await Promise.all(tokens.map(verify))));
  }
  return {
    name,
    run: (tokens) => {
      for (const token of tokens) verify(token);
    },
  };
}

/** Has a verifier refuse tokens. What it accepts ends the run. */
export function refusing({ name, verify, together, refuses = throwing(verify) }: Verifier): Contender {
  const mistaken = new Error(`${name} accepts a token that it has to refuse`);
  if (together !== undefined) {
    return inGroups(name, together, async (tokens) => {
      const settled = await Promise.allSettled(tokens.map(verify));
      if (settled.some(({ status }) => status === 'fulfilled')) throw mistaken;
    });
  }
  return {
    name,
    run: (tokens) => {
      for (const token of tokens) if (!refuses(token)) throw mistaken;
    },
  };
}

function throwing(verify: Verifier['verify']): (token: string) => boolean {
  return (token) => {
    try {
      verify(token);
      return false;
    } catch {
      return true;
    }
  };
}

function inGroups(
  name: string,
  size: number,
  group: (tokens: readonly string[]) => Promise<void>,
): Contender {
  return {
    name,
    run: async (tokens) => {
      for (let at = 0; at < tokens.length; at += size) await group(tokens.slice(at, at + size));
    },
  };
}
