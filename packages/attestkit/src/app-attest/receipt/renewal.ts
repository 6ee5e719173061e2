import { decodeBase64 } from '../../kernel/bytes/base64.js';
import { equalBytes } from '../../kernel/bytes/equal-bytes.js';
import { AttestationError } from '../../kernel/errors.js';
import { enforcing } from '../../kernel/sinks.js';
import type { Enrolled } from '../../ports/enrollment.js';
import type { ReceiptEnvironment, ReceiptExchanger } from '../../ports/receipts.js';
import type { AppAttestAttestation } from '../attestation/attestation.js';
import type { AppAttestCache } from '../cache.js';
import { readSignedData } from './cms.js';
import { receiptDue } from './due.js';
import { readPayload, type AppAttestReceipt, type ReceiptPayload } from './payload.js';
import { appraiseReceipt } from './verify.js';
import type { TrustAnchor } from '../attestation/roots.js';

/** Seconds: how old the receipt of an attestation may be (Apple, Assessing fraud risk, step 5). */
const FRESH = 300;

/** Milliseconds without another exchange after one that brought nothing: Apple's own time between two. */
const PAUSE = 86_400_000;

/** What the receipts of one verifier must meet. */
export interface ReceiptTrust {
  readonly anchors: readonly TrustAnchor[];
  readonly cache: AppAttestCache;
}

/**
 * Verifies the receipt of an attestation that holds: of the same app, certificate, client data and environment, and
 * made just now. Nothing in the attestation signs it.
 *
 * @throws AttestationError
 */
export function appraiseOwnReceipt(
  { receipt, appId, key, environment, certificate }: AppAttestAttestation,
  clientDataHash: Uint8Array,
  { anchors, cache }: ReceiptTrust,
  now: number,
): AppAttestReceipt {
  const rules = {
    appIds: [appId],
    publicKey: key.publicKey,
    environment,
    maxAgeSeconds: FRESH,
    leafCertificate: certificate,
    clientDataHash,
    anchors,
    cache,
    now,
  };
  return appraiseReceipt(receipt, rules, enforcing);
}

/** When a receipt may be exchanged first: kept with the record, so that it is known without the receipt. */
export function receiptTerms({ notBefore }: Pick<AppAttestReceipt, 'notBefore'>): {
  readonly receiptDueAt?: number;
} {
  return notBefore === undefined ? {} : { receiptDueAt: notBefore };
}

/** Whether an exchange is worth trying, as the record says. */
export function isRenewalDue({ facts, withheld }: Enrolled, now: number): boolean {
  const times = [facts['receiptRetryAt'], withheld?.['receiptDueAt']];
  return times.every((time) => typeof time !== 'number' || now >= time);
}

/**
 * Exchanges the receipt of an enrolled key for a newer one if that is due. A receipt that is not newer, not genuine, or of
 * another app, key or environment is not kept.
 *
 * A replacement writes its record before its receipt. If the receipt was lost in between, the kept one is of the key before, and the
 * risk of this key cannot be known any more: `withheld.receiptLost` says so.
 *
 * @returns what to keep, or undefined if nothing changes: nothing is due, or the service cannot be reached
 */
export async function renewReceipt(
  enrolled: Enrolled,
  receipts: ReceiptExchanger,
  trust: ReceiptTrust,
  now: number,
): Promise<Enrolled | undefined> {
  const kept = decodeBase64(enrolled.receipt ?? '');
  const old = kept === undefined ? undefined : readKept(kept);
  const { receiptRetryAt, ...facts } = enrolled.facts;
  const tooSoon = typeof receiptRetryAt === 'number' && now < receiptRetryAt;
  if (kept === undefined || old === undefined || tooSoon) return undefined;
  if (!isOfKey(old, enrolled)) {
    const withheld = { ...enrolled.withheld, receiptLost: true };
    return { ...enrolled, facts: { ...facts, receiptRetryAt: now + PAUSE }, withheld };
  }
  if (receiptDue(old, now) === 'wait') return undefined;

  const exchange = await receipts.exchange(kept, enrolled.environment as ReceiptEnvironment);
  if (exchange.outcome === 'throttled' || exchange.outcome === 'unavailable') return undefined;
  const fresh =
    exchange.outcome === 'renewed' ? appraiseNew(exchange.receipt, enrolled, old, trust, now) : undefined;
  if (exchange.outcome !== 'renewed' || fresh === undefined)
    return { ...enrolled, facts: { ...facts, receiptRetryAt: now + PAUSE } };
  const { riskMetric = facts['riskMetric'] } = fresh;
  const { receiptDueAt: _due, ...withheld } = enrolled.withheld ?? {};
  return {
    ...enrolled,
    receipt: Buffer.from(exchange.receipt).toString('base64'),
    facts: riskMetric === undefined ? facts : { ...facts, riskMetric },
    withheld: { ...withheld, ...receiptTerms(fresh) },
  };
}

/** The new receipt, if it is one to replace the old one. */
function appraiseNew(
  receipt: Uint8Array,
  { appId, key, environment }: Enrolled,
  old: ReceiptPayload,
  { anchors, cache }: ReceiptTrust,
  now: number,
): AppAttestReceipt | undefined {
  const rules = {
    appIds: [appId],
    publicKey: Buffer.from(key?.publicKey ?? '', 'base64url'),
    environment: environment as ReceiptEnvironment,
    maxAgeSeconds: undefined,
    leafCertificate: old.certificate,
    // Apple garbles it in an exchange.
    clientDataHash: undefined,
    anchors,
    cache,
    now,
  };
  const fresh = orUndefined(() => appraiseReceipt(receipt, rules, enforcing));
  return fresh?.type === 'RECEIPT' && fresh.createdAt > old.createdAt ? fresh : undefined;
}

function isOfKey({ publicKey }: ReceiptPayload, { key }: Enrolled): boolean {
  return equalBytes(publicKey, Buffer.from(key?.publicKey ?? '', 'base64url'));
}

/** What a receipt says that was verified before it was kept. */
function readKept(receipt: Uint8Array): ReceiptPayload | undefined {
  const signed = readSignedData(receipt);
  return signed === undefined ? undefined : orUndefined(() => readPayload(signed.content, enforcing));
}

function orUndefined<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch (error) {
    if (error instanceof AttestationError) return undefined;
    throw error;
  }
}
