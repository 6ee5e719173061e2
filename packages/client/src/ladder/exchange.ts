import type { Installation, RefreshToken } from '../installation/installation.js';
import type { Issued, Purpose, Reply } from '../protocol/endpoints.js';
import { newBudget, type Budget } from './budget.js';
import { later, mistake, refused } from './endings.js';
import { heldIn, type Held } from './held.js';
import type { StepReply } from './platform.js';
import type { Surroundings } from './surroundings.js';

/** The share of a family's life after which an installation without a key attests again. */
const RENEW = 0.8;

/** What all steps of an episode share. */
export interface Exchange {
  readonly held: Held;
  readonly budget: Budget;
  /** @throws ClientError (rejects with it) */
  challenge(purpose: Purpose): Promise<string>;
  /** Stores what was issued, before it is used. If that fails, the next episode goes on from the older value. */
  issued(reply: Reply<Issued>, enrolled: Partial<Installation>, keeps?: RefreshToken): Promise<StepReply>;
  deleteKey(key: string | undefined): Promise<void>;
}

export function exchangeOf(
  { attester, clock, endpoints, kept }: Surroundings,
  loaded: Installation,
): Exchange {
  const held = heldIn(kept, loaded);
  const budget = newBudget();
  const deleteKey = async (key: string | undefined): Promise<void> => {
    if (key === undefined || attester.proof === undefined) return;
    try {
      await attester.deleteKey?.(key);
    } catch {
      // A key that stays is of no use to anybody.
    }
  };
  return {
    held,
    budget,
    deleteKey,
    async challenge(purpose) {
      budget.request();
      const reply = await endpoints.challenge(held.now().label as string, purpose);
      const { value, answer, status } = reply;
      if (value !== undefined) return value.challenge;
      if (answer === 'busy' || answer === 'silent') throw later('challenge', reply);
      if (answer === 'refused') throw refused('challenge', status);
      throw mistake('challenge', status);
    },
    async issued(reply, enrolled, keeps) {
      if (reply.value === undefined) return reply;
      const { refreshToken: token, refreshExpiresInMs } = reply.value;
      // What is left of a family shrinks with each refresh: the date of its renewal stays.
      const { renewAt = clock.wall() + refreshExpiresInMs * RENEW } = keeps ?? {};
      const { key: old } = held.now();
      await held.note({ ...enrolled, refresh: { token, renewAt } });
      if (old !== held.now().key) await deleteKey(old);
      return reply;
    },
  };
}
