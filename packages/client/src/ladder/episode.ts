import { ClientError } from '../client-error.js';
import type { Installation, RefreshToken } from '../installation/installation.js';
import type { Challenge, KeyAttester, KeylessAttester } from '../ports.js';
import type { Issued, Purpose, Reply } from '../protocol/endpoints.js';
import { enrollmentHash, replaceLines, sessionLines } from '../protocol/lines.js';
import { Budget } from './budget.js';
import { later, mistake } from './endings.js';
import { Held } from './held.js';
import { isReply, platform, type PlatformReply, type StepReply } from './platform.js';
import type { Climbed, Surroundings } from './surroundings.js';
import { nextOf, type Next, type Rung } from './table.js';

/** Milliseconds in which a refresh token may be sent again: the server's retry time, and some for the way. */
const RETRY_MS = { keyed: 25_000, keyless: 590_000 };

/** The share of a family's life after which an installation without a key attests again. */
const RENEW = 0.8;

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
  private readonly with: Surroundings;
  private readonly held: Held;
  private isRefreshTried: boolean;
  private readonly budget = new Budget();

  constructor(surroundings: Surroundings, loaded: Installation, mustProve: boolean) {
    this.isRefreshTried = mustProve;
    this.with = surroundings;
    this.held = new Held(surroundings.kept, loaded);
  }

  private get keyed(): boolean {
    return this.with.attester.proof !== undefined;
  }

  /** The refresh token of an installation that is gone ends its session; if not, it ends by itself. */
  async endOrphan(): Promise<void> {
    const { label, refresh } = this.held.now;
    if (label !== undefined || refresh === undefined) return;
    await this.held.note({ refresh: undefined });
    this.budget.request();
    await this.with.endpoints.revoke(refresh.token).catch(() => undefined);
  }

  firstRung(): Rung {
    const { label, key, pending, refresh } = this.held.now;
    if (label === undefined) return 'begin';
    const isDue = !this.keyed && refresh !== undefined && this.with.clock.wall() >= refresh.renewAt;
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
        return await this.assert(this.held.now.pending?.key as string);
      case 'assertKey':
        return await this.assert(this.held.now.key as string);
      case 'attest':
      case 'begin':
        return this.keyed ? await this.attestKey() : await this.attestKeyless();
    }
  }

  follows(rung: Rung, { answer }: StepReply): Next {
    const next = nextOf(this.keyed, rung, answer);
    if (next !== 'repeat') return next;
    return this.budget.repeat() ? next : nextOf(this.keyed, rung, 'unproven');
  }

  /** Goes on, or ends. @throws ClientError (rejects with it) */
  async follow(rung: Rung, next: Exclude<Next, 'done'>, reply: StepReply): Promise<Rung> {
    const { answer, status } = reply;
    switch (next) {
      case 'repeat':
        return rung;
      case 'again':
        if (this.budget.challenge(rung)) return rung;
        throw answer === 'silent' ? later(rung, reply) : mistake(rung, status);
      case 'climb':
        this.isRefreshTried = true;
        if (answer === 'unproven') await this.held.note({ refresh: undefined });
        if (answer === 'keyLost') await this.held.note({ pending: undefined });
        return this.firstRung();
      case 'reset':
        return await this.reset(status);
      case 'refuse':
        await this.keepRefused();
        throw new ClientError('refused', `the server refused the device at ${rung}`, { status });
      case 'mistake':
        throw mistake(rung, status);
      case 'later':
        throw later(rung, reply);
      default:
        if (answer === 'unproven' && rung === 'refresh') await this.endRefresh();
        if (answer === 'keyLost') await this.held.note({ pending: undefined });
        return next;
    }
  }

  climbed(issued: Issued): Climbed {
    return { issued, label: this.held.now.label as string, key: this.held.now.key };
  }

  private async refresh(): Promise<StepReply> {
    const { refresh } = this.held.now;
    if (refresh === undefined) return { answer: 'unproven' };
    const now = this.with.clock.wall();
    const { sentAt = now } = refresh;
    // A token that was sent may be used up: after its retry time it would look like a copy.
    const age = now - sentAt;
    if (age < 0 || age > (this.keyed ? RETRY_MS.keyed : RETRY_MS.keyless)) return { answer: 'unproven' };
    await this.held.note({ refresh: { ...refresh, sentAt } });
    this.budget.request();
    const reply = await this.with.endpoints.refresh(refresh.token);
    // It was not looked at.
    if (reply.status === 429) await this.held.note({ refresh: { ...refresh, sentAt: refresh.sentAt } });
    return await this.issued(reply, {}, refresh);
  }

  private async assert(key: string): Promise<StepReply> {
    const { audience, endpoints } = this.with;
    const attester = this.with.attester as KeyAttester;
    const label = this.held.now.label as string;
    const id = await platform(() => attester.keyId(key));
    if (isReply(id)) return id;
    const challenge = await this.challenge('assert');
    const signed = await platform(() => attester.sign(key, sessionLines(audience, label, challenge)));
    if (isReply(signed)) return signed;
    this.budget.request();
    const reply = await endpoints.assert({
      challenge,
      device_id: label,
      key_id: id,
      [attester.proof]: signed,
    });
    return await this.issued(reply, { key, pending: undefined });
  }

  private async attestKey(): Promise<StepReply> {
    const attester = this.with.attester as KeyAttester;
    const label = await this.begin();
    const key = await this.keyToAttest(attester);
    if (isReply(key)) return key;
    const challenge = await this.challenge('attest');
    const evidence = await platform(() => attester.attest(key, over(challenge, label)));
    if (isReply(evidence)) return evidence;
    const previous = await this.proofByOldKey(attester, key, label, challenge);
    await this.held.require({ pending: { key, sent: true } });
    this.budget.request();
    const body = { challenge, device_id: label, ...evidence, ...previous };
    const reply = await this.with.endpoints.attest(body);
    return await this.issued(reply, { key, pending: undefined });
  }

  /** A name is stored before its key is used: what the server may know of is never forgotten. */
  private async keyToAttest(attester: KeyAttester): Promise<string | PlatformReply> {
    const { pending } = this.held.now;
    const isUnused = pending?.sent === false || this.budget.hasNewChallenge;
    // An iPhone's key is attested once more; Android's is attested when it is made, under a name of its own.
    if (attester.proof === 'assertion' && pending !== undefined && isUnused) return pending.key;
    const key = await platform(() => attester.createKey());
    if (isReply(key)) return key;
    // If no key is known to be enrolled, the one that was sent may be: it stays, to sign for the new one.
    const { key: current = pending?.sent === true ? pending.key : undefined } = this.held.now;
    await this.held.require({ key: current, pending: { key, sent: false } });
    if (pending !== undefined && pending.key !== current) await this.deleteKey(pending.key);
    return key;
  }

  private async proofByOldKey(
    attester: KeyAttester,
    key: string,
    label: string,
    challenge: string,
  ): Promise<Record<string, string>> {
    const { key: old } = this.held.now;
    if (old === undefined || old === key) return {};
    try {
      const [oldId, newId] = [await attester.keyId(old), await attester.keyId(key)];
      const signed = await attester.sign(old, replaceLines(this.with.audience, label, challenge, newId));
      return { previous_key_id: oldId, [`previous_${attester.proof}`]: signed };
    } catch {
      // Without it the server answers 409, and the installation begins anew.
      return {};
    }
  }

  private async attestKeyless(): Promise<StepReply> {
    const attester = this.with.attester as KeylessAttester;
    const label = await this.begin();
    const challenge = await this.challenge('attest');
    const evidence = await platform(() => attester.attest(undefined, over(challenge, label)));
    if (isReply(evidence)) return evidence;
    const token = this.held.now.refresh?.token;
    this.budget.request();
    const body = {
      challenge,
      device_id: label,
      ...evidence,
      ...(token !== undefined && { refresh_token: token }),
    };
    return await this.issued(await this.with.endpoints.attest(body), {});
  }

  /** Counts the attestation, and gives the label, which is stored before it is sent. */
  private async begin(): Promise<string> {
    this.budget.attestation();
    const label = this.held.now.label ?? this.with.newLabel();
    if (this.held.now.label === undefined) await this.held.require({ label });
    return label;
  }

  private async challenge(purpose: Purpose): Promise<string> {
    this.budget.request();
    const reply = await this.with.endpoints.challenge(this.held.now.label as string, purpose);
    if (reply.value !== undefined) return reply.value.challenge;
    if (reply.answer === 'busy' || reply.answer === 'silent') throw later('challenge', reply);
    if (reply.answer === 'refused')
      throw new ClientError('refused', 'the server refused a challenge', { status: 403 });
    throw mistake('challenge', reply.status);
  }

  /** Stores what was issued, before it is used. If that fails, the next episode goes on from the older value. */
  private async issued(
    reply: Reply<Issued>,
    enrolled: Partial<Installation>,
    keeps?: RefreshToken,
  ): Promise<StepReply> {
    if (reply.answer !== 'ok' || reply.value === undefined) return reply;
    const { refreshToken: token, refreshExpiresInMs } = reply.value;
    // What is left of a family shrinks with each refresh: its renewal stays where it was.
    const { renewAt = this.with.clock.wall() + refreshExpiresInMs * RENEW } = keeps ?? {};
    const old = this.held.now.key;
    await this.held.note({ ...enrolled, refresh: { token, renewAt } });
    if (old !== undefined && old !== this.held.now.key) await this.deleteKey(old);
    return reply;
  }

  /** An iPhone's key that the server refused is attested again, instead of ever new ones: Apple counts them. */
  private async keepRefused(): Promise<void> {
    const { pending } = this.held.now;
    if (pending !== undefined && this.with.attester.proof === 'assertion')
      await this.held.note({ pending: { ...pending, sent: false } });
  }

  private async endRefresh(): Promise<void> {
    const { refresh } = this.held.now;
    if (refresh !== undefined) await this.held.note({ refresh: { ...refresh, ended: true } });
  }

  private async reset(status: number | undefined): Promise<Rung> {
    if (!this.budget.reset())
      throw new ClientError('refused', 'the server refused the new installation too', { status });
    const { key, pending } = this.held.now;
    // An extension that cannot make keys must not take the app's installation away.
    const fresh = await this.newKey();
    await this.held.require({ label: undefined, key: undefined, pending: fresh, refresh: undefined });
    for (const each of [key, pending?.key]) if (each !== undefined) await this.deleteKey(each);
    return 'begin';
  }

  /** The name of a key for the new installation, where the platform has keys. @throws ClientError (rejects with it) */
  private async newKey(): Promise<{ key: string; sent: false } | undefined> {
    const { attester } = this.with;
    if (attester.proof === undefined) return undefined;
    const key = await platform(() => attester.createKey());
    if (isReply(key)) throw later('reset', key);
    return { key, sent: false };
  }

  private async deleteKey(key: string): Promise<void> {
    const { attester } = this.with;
    if (attester.proof === undefined) return;
    try {
      await attester.deleteKey?.(key);
    } catch {
      // A key that stays is of no use to anybody.
    }
  }
}

function over(challenge: string, deviceId: string): Challenge {
  return { challenge, deviceId, requestHash: enrollmentHash(challenge, deviceId) };
}
