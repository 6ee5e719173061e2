import type { KeyAttester } from '../ports.js';
import type { Issued } from '../protocol/endpoints.js';
import { sessionLines } from '../protocol/lines.js';
import { attestingBy } from './attesting.js';
import { later, mistake, refused } from './endings.js';
import { exchangeOf } from './exchange.js';
import { isReply, platform, type StepReply } from './platform.js';
import type { Session, Surroundings } from './surroundings.js';
import { nextOf, type Next, type Rung } from './table.js';

/** Milliseconds in which a refresh token may be sent again: the server's retry time, and some for the way. */
const RETRY_MS = 25_000;
const RETRY_KEYLESS_MS = 590_000;

/**
 * Gets a session, as the ladder says.
 *
 * @param mustProve that the key still signs: the refresh token is passed over
 * @throws ClientError (rejects with it)
 */
export async function runEpisode(surroundings: Surroundings, mustProve: boolean): Promise<Session> {
  const { attester, audience, clock, endpoints, inTurn, kept, onStep } = surroundings;
  const keyed = attester.proof !== undefined;
  const exchange = exchangeOf(surroundings, await kept.load());
  const { held, budget, challenge, issued, deleteKey } = exchange;
  const { attest, newKey } = attestingBy(surroundings, exchange);
  let isRefreshTried = mustProve;

  /** The refresh token of an installation that is gone ends its session; if not, it ends by itself. */
  async function endOrphan(): Promise<void> {
    const { label, refresh } = held.now();
    if (label !== undefined || refresh === undefined) return;
    await held.note({ refresh: undefined });
    budget.request();
    await endpoints.revoke(refresh.token).catch(() => undefined);
  }

  function firstRung(): Rung {
    const { label, key, pending, refresh } = held.now();
    if (label === undefined) return 'begin';
    if (refresh !== undefined && refresh.ended !== true && !isRefreshTried) {
      const isDue = !keyed && clock.wall() >= refresh.renewAt;
      if (!isDue) return 'refresh';
    }
    // The server has not seen a key that was not sent: it is attested now.
    if (keyed && pending !== undefined) return pending.sent ? 'assertPending' : 'attest';
    return keyed && key !== undefined ? 'assertKey' : 'attest';
  }

  async function step(rung: Rung): Promise<StepReply> {
    const { key, pending } = held.now();
    if (rung === 'refresh') return await sendRefresh();
    if (rung === 'assertPending') return await assert(pending?.key as string);
    if (rung === 'assertKey') return await assert(key as string);
    return await attest();
  }

  async function sendRefresh(): Promise<StepReply> {
    const { refresh } = held.now();
    const now = clock.wall();
    const { sentAt = now } = refresh ?? {};
    const age = now - sentAt;
    // A token that was sent may be used up: after its retry time it would look like a copy.
    if (refresh === undefined || age < 0 || age > (keyed ? RETRY_MS : RETRY_KEYLESS_MS))
      return { answer: 'unproven' };
    await held.note({ refresh: { ...refresh, sentAt } });
    budget.request();
    const reply = await endpoints.refresh(refresh.token);
    // It was not looked at.
    if (reply.status === 429) await held.note({ refresh });
    return await issued(reply, {}, refresh);
  }

  async function assert(key: string): Promise<StepReply> {
    const by = attester as KeyAttester;
    const label = held.now().label as string;
    const id = await platform(() => by.keyId(key));
    if (isReply(id)) return id;
    const text = await challenge('assert');
    return await inTurn(async () => {
      const signed = await platform(() => by.sign(key, sessionLines(audience, label, text)));
      if (isReply(signed)) return signed;
      budget.request();
      const body = { challenge: text, device_id: label, key_id: id, [by.proof]: signed };
      return await issued(await endpoints.assert(body), { key, pending: undefined });
    });
  }

  function follows(rung: Rung, { answer }: StepReply): Next {
    const next = nextOf(keyed, rung, answer);
    return next === 'repeat' && !budget.repeat() ? nextOf(keyed, rung, 'unproven') : next;
  }

  /** Goes on, or ends. @throws ClientError (rejects with it) */
  async function follow(rung: Rung, next: Exclude<Next, 'done'>, reply: StepReply): Promise<Rung> {
    const { answer, status } = reply;
    const { pending, refresh } = held.now();
    switch (next) {
      case 'repeat':
        return rung;
      case 'again':
        // What was not answered is not sent a third time.
        if (answer === 'silent' && !budget.hasAttestation()) throw later(rung, reply);
        if (budget.challenge(answer === 'invalid' && (rung === 'attest' || rung === 'begin'))) return rung;
        throw answer === 'silent' ? later(rung, reply) : mistake(rung, status);
      case 'reset':
        return await reset(status);
      case 'refuse':
        // An iPhone's key that the server refused is attested again, instead of ever new ones: Apple counts them.
        if (pending !== undefined && attester.proof === 'assertion')
          await held.note({ pending: { ...pending, sent: false } });
        throw refused(rung, status);
      case 'mistake':
        throw mistake(rung, status);
      case 'later':
        throw later(rung, reply);
    }
    if (answer === 'keyLost') {
      await held.note({ pending: undefined });
      await deleteKey(pending?.key);
    }
    if (next === 'climb') {
      isRefreshTried = true;
      if (answer === 'unproven') await held.note({ refresh: undefined });
      return firstRung();
    }
    if (answer === 'unproven' && rung === 'refresh' && refresh !== undefined)
      await held.note({ refresh: { ...refresh, ended: true } });
    // A device that never attests is not helped by waiting.
    if (answer === 'keyLost' && !budget.hasAttestation()) throw later(rung, reply);
    return next;
  }

  async function reset(status: number | undefined): Promise<Rung> {
    if (!budget.reset()) throw refused('a new installation', status);
    const { key, pending } = held.now();
    // An extension that cannot make keys must not take the app's installation away.
    const fresh = await newKey();
    await held.require({ label: undefined, key: undefined, pending: fresh, refresh: undefined });
    await deleteKey(key);
    await deleteKey(pending?.key);
    return 'begin';
  }

  await endOrphan();
  let rung = firstRung();
  for (;;) {
    const reply = await step(rung);
    const next = follows(rung, reply);
    onStep({ rung, answer: reply.answer, next, keyed, status: reply.status });
    const { label, key } = held.now();
    if (next === 'done') return { ...(reply.value as Issued), label: label as string, key };
    rung = await follow(rung, next, reply);
  }
}
