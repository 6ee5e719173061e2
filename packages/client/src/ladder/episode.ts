import { ClientError } from '../client-error.js';
import type { Installation } from '../installation/installation.js';
import type { KeyAttester } from '../ports.js';
import type { Issued } from '../protocol/endpoints.js';
import { sessionLines } from '../protocol/lines.js';
import { Attesting } from './attesting.js';
import { later, mistake } from './endings.js';
import { Exchange } from './exchange.js';
import { isReply, platform, type StepReply } from './platform.js';
import type { Climbed, Surroundings } from './surroundings.js';
import { nextOf, type Next, type Rung } from './table.js';

/** Milliseconds in which a refresh token may be sent again: the server's retry time, and some for the way. */
const RETRY_MS = { keyed: 25_000, keyless: 590_000 };

/**
 * Gets a session, as the ladder says.
 *
 * @param mustProve that the key still signs: the refresh token is passed over
 * @throws ClientError (rejects with it)
 */
export async function runEpisode(surroundings: Surroundings, mustProve: boolean): Promise<Climbed> {
  const episode = new Episode(surroundings, await surroundings.kept.load(), mustProve);
  await episode.endOrphan();
  let rung = episode.firstRung();
  for (;;) {
    const reply = await episode.step(rung);
    const next = episode.follows(rung, reply);
    surroundings.onStep({
      rung,
      answer: reply.answer,
      next,
      keyed: surroundings.attester.proof !== undefined,
      status: reply.status,
    });
    if (next === 'done') return episode.climbed(reply.value as Issued);
    rung = await episode.follow(rung, next, reply);
  }
}

class Episode {
  private readonly exchange: Exchange;
  private readonly attesting: Attesting;
  private isRefreshTried: boolean;

  constructor(surroundings: Surroundings, loaded: Installation, mustProve: boolean) {
    this.isRefreshTried = mustProve;
    this.exchange = new Exchange(surroundings, loaded);
    this.attesting = new Attesting(this.exchange);
  }

  private get keyed(): boolean {
    return this.exchange.with.attester.proof !== undefined;
  }

  /** The refresh token of an installation that is gone ends its session; if not, it ends by itself. */
  async endOrphan(): Promise<void> {
    const { label, refresh } = this.exchange.held.now;
    if (label !== undefined || refresh === undefined) return;
    await this.exchange.held.note({ refresh: undefined });
    this.exchange.budget.request();
    await this.exchange.with.endpoints.revoke(refresh.token).catch(() => undefined);
  }

  firstRung(): Rung {
    const { label, key, pending, refresh } = this.exchange.held.now;
    if (label === undefined) return 'begin';
    const isDue = !this.keyed && refresh !== undefined && this.exchange.with.clock.wall() >= refresh.renewAt;
    const isUsable = refresh !== undefined && refresh.ended !== true && !isDue && !this.isRefreshTried;
    if (isUsable) return 'refresh';
    if (!this.keyed) return 'attest';
    // The server has not seen a key that was not sent: it is attested now.
    if (pending !== undefined) return pending.sent ? 'assertPending' : 'attest';
    return key === undefined ? 'attest' : 'assertKey';
  }

  async step(rung: Rung): Promise<StepReply> {
    switch (rung) {
      case 'refresh':
        return await this.refresh();
      case 'assertPending':
        return await this.assert(this.exchange.held.now.pending?.key as string);
      case 'assertKey':
        return await this.assert(this.exchange.held.now.key as string);
      case 'attest':
      case 'begin':
        return await this.attesting.attest();
    }
  }

  follows(rung: Rung, { answer }: StepReply): Next {
    const next = nextOf(this.keyed, rung, answer);
    if (next !== 'repeat') return next;
    return this.exchange.budget.repeat() ? next : nextOf(this.keyed, rung, 'unproven');
  }

  /** Goes on, or ends. @throws ClientError (rejects with it) */
  async follow(rung: Rung, next: Exclude<Next, 'done'>, reply: StepReply): Promise<Rung> {
    const { answer, status } = reply;
    switch (next) {
      case 'repeat':
        return rung;
      case 'again':
        if (this.exchange.budget.challenge(rung)) return rung;
        throw answer === 'silent' ? later(rung, reply) : mistake(rung, status);
      case 'climb':
        this.isRefreshTried = true;
        if (answer === 'unproven') await this.exchange.held.note({ refresh: undefined });
        if (answer === 'keyLost') await this.dropPending();
        return this.firstRung();
      case 'reset':
        return await this.reset(status);
      case 'refuse':
        await this.attesting.keepRefused();
        throw new ClientError('refused', `the server refused the device at ${rung}`, { status });
      case 'mistake':
        throw mistake(rung, status);
      case 'later':
        throw later(rung, reply);
      default:
        if (answer === 'unproven' && rung === 'refresh') await this.endRefresh();
        if (answer === 'keyLost') await this.dropPending();
        // A device that never attests is not helped by waiting.
        if (answer === 'keyLost' && !this.exchange.budget.hasAttestation) throw later(rung, reply);
        return next;
    }
  }

  climbed(issued: Issued): Climbed {
    return { issued, label: this.exchange.held.now.label as string, key: this.exchange.held.now.key };
  }

  private async refresh(): Promise<StepReply> {
    const { refresh } = this.exchange.held.now;
    if (refresh === undefined) return { answer: 'unproven' };
    const now = this.exchange.with.clock.wall();
    const { sentAt = now } = refresh;
    // A token that was sent may be used up: after its retry time it would look like a copy.
    const age = now - sentAt;
    if (age < 0 || age > (this.keyed ? RETRY_MS.keyed : RETRY_MS.keyless)) return { answer: 'unproven' };
    await this.exchange.held.note({ refresh: { ...refresh, sentAt } });
    this.exchange.budget.request();
    const reply = await this.exchange.with.endpoints.refresh(refresh.token);
    // It was not looked at.
    if (reply.status === 429)
      await this.exchange.held.note({ refresh: { ...refresh, sentAt: refresh.sentAt } });
    return await this.exchange.issued(reply, {}, refresh);
  }

  private async assert(key: string): Promise<StepReply> {
    const { audience, endpoints } = this.exchange.with;
    const attester = this.exchange.with.attester as KeyAttester;
    const label = this.exchange.held.now.label as string;
    const id = await platform(() => attester.keyId(key));
    if (isReply(id)) return id;
    const challenge = await this.exchange.challenge('assert');
    const signed = await platform(() => attester.sign(key, sessionLines(audience, label, challenge)));
    if (isReply(signed)) return signed;
    this.exchange.budget.request();
    const reply = await endpoints.assert({
      challenge,
      device_id: label,
      key_id: id,
      [attester.proof]: signed,
    });
    return await this.exchange.issued(reply, { key, pending: undefined });
  }

  private async dropPending(): Promise<void> {
    const { pending } = this.exchange.held.now;
    await this.exchange.held.note({ pending: undefined });
    if (pending !== undefined) await this.exchange.deleteKey(pending.key);
  }

  private async endRefresh(): Promise<void> {
    const { refresh } = this.exchange.held.now;
    if (refresh !== undefined) await this.exchange.held.note({ refresh: { ...refresh, ended: true } });
  }

  private async reset(status: number | undefined): Promise<Rung> {
    if (!this.exchange.budget.reset())
      throw new ClientError('refused', 'the server refused the new installation too', { status });
    const { key, pending } = this.exchange.held.now;
    // An extension that cannot make keys must not take the app's installation away.
    const fresh = await this.attesting.newKey();
    await this.exchange.held.require({
      label: undefined,
      key: undefined,
      pending: fresh,
      refresh: undefined,
    });
    for (const each of [key, pending?.key]) if (each !== undefined) await this.exchange.deleteKey(each);
    return 'begin';
  }
}
