import type { Challenge, KeyAttester, KeylessAttester } from '../ports.js';
import { enrollmentHash, replaceLines } from '../protocol/lines.js';
import { later } from './endings.js';
import type { Exchange } from './exchange.js';
import { isReply, platform, type PlatformReply, type StepReply } from './platform.js';

/** The steps that attest. */
export class Attesting {
  private readonly exchange: Exchange;

  constructor(exchange: Exchange) {
    this.exchange = exchange;
  }

  async attest(): Promise<StepReply> {
    return this.exchange.with.attester.proof === undefined
      ? await this.attestKeyless()
      : await this.attestKey();
  }

  private async attestKey(): Promise<StepReply> {
    const attester = this.exchange.with.attester as KeyAttester;
    const label = await this.begin();
    const key = await this.keyToAttest(attester);
    if (isReply(key)) return key;
    const challenge = await this.exchange.challenge('attest');
    const evidence = await platform(() => attester.attest(key, over(challenge, label)));
    if (isReply(evidence)) return evidence;
    const previous = await this.proofByOldKey(attester, key, label, challenge);
    await this.exchange.held.require({ pending: { key, sent: true } });
    this.exchange.budget.request();
    const body = { challenge, device_id: label, ...evidence, ...previous };
    const reply = await this.exchange.with.endpoints.attest(body);
    return await this.exchange.issued(reply, { key, pending: undefined });
  }

  /** A name is stored before its key is used: what the server may know of is never forgotten. */
  private async keyToAttest(attester: KeyAttester): Promise<string | PlatformReply> {
    const { pending } = this.exchange.held.now;
    // An iPhone's key can be attested once more; Android's is attested when it is made.
    const isAgain = attester.proof === 'assertion' && this.exchange.budget.hasNewChallenge;
    if (pending !== undefined && (!pending.sent || isAgain)) return pending.key;
    const key = await platform(() => attester.createKey());
    if (isReply(key)) return key;
    // If no key is known to be enrolled, the one that was sent may be: it stays, to sign for the new one.
    const { key: current = pending?.sent === true ? pending.key : undefined } = this.exchange.held.now;
    await this.exchange.held.require({ key: current, pending: { key, sent: false } });
    if (pending !== undefined && pending.key !== current) await this.exchange.deleteKey(pending.key);
    return key;
  }

  private async proofByOldKey(
    attester: KeyAttester,
    key: string,
    label: string,
    challenge: string,
  ): Promise<Record<string, string>> {
    const { key: old } = this.exchange.held.now;
    if (old === undefined || old === key) return {};
    try {
      const [oldId, newId] = [await attester.keyId(old), await attester.keyId(key)];
      const signed = await attester.sign(
        old,
        replaceLines(this.exchange.with.audience, label, challenge, newId),
      );
      return { previous_key_id: oldId, [`previous_${attester.proof}`]: signed };
    } catch {
      // Without it the server answers 409, and the installation begins anew.
      return {};
    }
  }

  private async attestKeyless(): Promise<StepReply> {
    const attester = this.exchange.with.attester as KeylessAttester;
    const label = await this.begin();
    const challenge = await this.exchange.challenge('attest');
    const evidence = await platform(() => attester.attest(undefined, over(challenge, label)));
    if (isReply(evidence)) return evidence;
    const token = this.exchange.held.now.refresh?.token;
    this.exchange.budget.request();
    const body = {
      challenge,
      device_id: label,
      ...evidence,
      ...(token !== undefined && { refresh_token: token }),
    };
    return await this.exchange.issued(await this.exchange.with.endpoints.attest(body), {});
  }

  /** Counts the attestation, and gives the label, which is stored before it is sent. */
  private async begin(): Promise<string> {
    this.exchange.budget.attestation();
    const label = this.exchange.held.now.label ?? this.exchange.with.newLabel();
    if (this.exchange.held.now.label === undefined) await this.exchange.held.require({ label });
    return label;
  }

  /** The name of a key for the new installation, if the platform has keys. @throws ClientError (rejects with it) */
  async newKey(): Promise<{ key: string; sent: false } | undefined> {
    const { attester } = this.exchange.with;
    if (attester.proof === undefined) return undefined;
    const key = await platform(() => attester.createKey());
    if (isReply(key)) throw later('reset', key);
    return { key, sent: false };
  }

  /** An iPhone's key that the server refused is attested again, instead of ever new ones: Apple counts them. */
  async keepRefused(): Promise<void> {
    const { pending } = this.exchange.held.now;
    if (pending !== undefined && this.exchange.with.attester.proof === 'assertion')
      await this.exchange.held.note({ pending: { ...pending, sent: false } });
  }
}

function over(challenge: string, deviceId: string): Challenge {
  return { challenge, deviceId, requestHash: enrollmentHash(challenge, deviceId) };
}
