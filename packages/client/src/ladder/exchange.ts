import { ClientError } from '../client-error.js';
import type { Installation, RefreshToken } from '../installation/installation.js';
import type { Issued, Purpose, Reply } from '../protocol/endpoints.js';
import { Budget } from './budget.js';
import { later, mistake } from './endings.js';
import { Held } from './held.js';
import type { StepReply } from './platform.js';
import type { Surroundings } from './surroundings.js';

/** The share of a family's life after which an installation without a key attests again. */
const RENEW = 0.8;

/** What all steps of an episode share. */
export class Exchange {
  readonly with: Surroundings;
  readonly held: Held;
  readonly budget = new Budget();

  constructor(surroundings: Surroundings, loaded: Installation) {
    this.with = surroundings;
    this.held = new Held(surroundings.kept, loaded);
  }

  async challenge(purpose: Purpose): Promise<string> {
    this.budget.request();
    const reply = await this.with.endpoints.challenge(this.held.now.label as string, purpose);
    if (reply.value !== undefined) return reply.value.challenge;
    if (reply.answer === 'busy' || reply.answer === 'silent') throw later('challenge', reply);
    if (reply.answer === 'refused')
      throw new ClientError('refused', 'the server refused a challenge', { status: 403 });
    throw mistake('challenge', reply.status);
  }

  /** Stores what was issued, before it is used. If that fails, the next episode goes on from the older value. */
  async issued(
    reply: Reply<Issued>,
    enrolled: Partial<Installation>,
    keeps?: RefreshToken,
  ): Promise<StepReply> {
    if (reply.answer !== 'ok' || reply.value === undefined) return reply;
    const { refreshToken: token, refreshExpiresInMs } = reply.value;
    // What is left of a family shrinks with each refresh: the date of its renewal stays.
    const { renewAt = this.with.clock.wall() + refreshExpiresInMs * RENEW } = keeps ?? {};
    const old = this.held.now.key;
    await this.held.note({ ...enrolled, refresh: { token, renewAt } });
    if (old !== undefined && old !== this.held.now.key) await this.deleteKey(old);
    return reply;
  }

  async deleteKey(key: string): Promise<void> {
    const { attester } = this.with;
    if (attester.proof === undefined) return;
    try {
      await attester.deleteKey?.(key);
    } catch {
      // A key that stays is of no use to anybody.
    }
  }
}
