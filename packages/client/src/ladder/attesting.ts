import type { Challenge, KeyAttester, KeylessAttester } from '../ports.js';
import { enrollmentHash, replaceLines } from '../protocol/lines.js';
import { later } from './endings.js';
import type { Exchange } from './exchange.js';
import { isReply, platform, type PlatformReply, type StepReply } from './platform.js';
import type { Surroundings } from './surroundings.js';

/** The steps that attest. */
export interface Attesting {
  attest(): Promise<StepReply>;
  /** The name of a key for the new installation, if the platform has keys. @throws ClientError (rejects with it) */
  newKey(): Promise<{ key: string; sent: false } | undefined>;
}

export function attestingBy(
  { attester, audience, endpoints, inTurn, newLabel }: Surroundings,
  { held, budget, challenge, issued, deleteKey }: Exchange,
): Attesting {
  /** Counts the attestation, and gives the label, which is stored before it is sent. */
  async function begin(): Promise<string> {
    budget.attestation();
    const known = held.now().label;
    const label = known ?? newLabel();
    if (known === undefined) await held.require({ label });
    return label;
  }

  async function attestKeyless(by: KeylessAttester): Promise<StepReply> {
    const label = await begin();
    const text = await challenge('attest');
    const evidence = await platform(() => by.attest(undefined, over(text, label)));
    if (isReply(evidence)) return evidence;
    const token = held.now().refresh?.token;
    budget.request();
    const proof = token === undefined ? {} : { refresh_token: token };
    const reply = await endpoints.attest({ challenge: text, device_id: label, ...evidence, ...proof });
    return await issued(reply, {});
  }

  async function attestKey(by: KeyAttester): Promise<StepReply> {
    const label = await begin();
    const key = await keyToAttest(by);
    if (isReply(key)) return key;
    const text = await challenge('attest');
    const evidence = await platform(() => by.attest(key, over(text, label)));
    if (isReply(evidence)) return evidence;
    return await inTurn(async () => {
      const proof = await proofByOldKey(by, key, label, text);
      await held.require({ pending: { key, sent: true } });
      budget.request();
      const reply = await endpoints.attest({ challenge: text, device_id: label, ...evidence, ...proof });
      return await issued(reply, { key, pending: undefined });
    });
  }

  /** A name is stored before its key is used: what the server may know of is never forgotten. */
  async function keyToAttest(by: KeyAttester): Promise<string | PlatformReply> {
    const { key: enrolled, pending } = held.now();
    // An iPhone's key can be attested once more; Android's is attested when it is made.
    const isAgain = by.proof === 'assertion' && budget.hasNewChallenge();
    if (pending !== undefined && (!pending.sent || isAgain)) return pending.key;
    const key = await platform(() => by.createKey());
    if (isReply(key)) return key;
    // If no key is known to be enrolled, the one that was sent may be: it stays, to sign for the new one.
    const current = enrolled ?? (pending?.sent === true ? pending.key : undefined);
    await held.require({ key: current, pending: { key, sent: false } });
    if (pending?.key !== current) await deleteKey(pending?.key);
    return key;
  }

  async function proofByOldKey(by: KeyAttester, key: string, label: string, text: string): Promise<object> {
    const { key: old } = held.now();
    if (old === undefined || old === key) return {};
    try {
      const [oldId, newId] = [await by.keyId(old), await by.keyId(key)];
      const signed = await by.sign(old, replaceLines(audience, label, text, newId));
      return { previous_key_id: oldId, [`previous_${by.proof}`]: signed };
    } catch {
      // Without it the server answers 409, and the installation begins anew.
      return {};
    }
  }

  return {
    attest: () => (attester.proof === undefined ? attestKeyless(attester) : attestKey(attester)),
    async newKey() {
      if (attester.proof === undefined) return undefined;
      const key = await platform(() => attester.createKey());
      if (isReply(key)) throw later('reset', key);
      return { key, sent: false };
    },
  };
}

function over(challenge: string, deviceId: string): Challenge {
  return { challenge, deviceId, requestHash: enrollmentHash(challenge, deviceId) };
}
