import { describe, expect, it } from 'vitest';
import { createAppAttestCache } from '../../src/app-attest/cache.js';
import { isRenewalDue, renewReceipt } from '../../src/app-attest/receipt/renewal.js';
import { receiptAnchors } from '../../src/app-attest/receipt/roots.js';
import type { Enrolled } from '../../src/ports/enrollment.js';
import type { ReceiptExchange, ReceiptExchanger } from '../../src/ports/receipts.js';
import { newKeys } from '../../../testing/src/apple/authorities.js';
import { APP, AUTHORITIES, certificateFor, DAY, KEYS, NOW, receipt } from './support/receipts.js';

const trust = {
  anchors: receiptAnchors([AUTHORITIES.receiptRoot.certificate]),
  cache: createAppAttestCache(),
};

function enrolled(kept: Uint8Array | undefined, more: Partial<Enrolled> = {}): Enrolled {
  return {
    kind: 'appAttest',
    platform: 'ios',
    appId: APP,
    environment: 'production',
    key: { id: 'id', thumbprint: 'thumbprint', publicKey: Buffer.from(KEYS.publicKey).toString('base64url') },
    attestedAt: NOW,
    virtual: true,
    facts: { osVersion: '26.2' },
    ...(kept === undefined ? {} : { receipt: Buffer.from(kept).toString('base64') }),
    ...more,
  };
}

/** A service that always answers the same, and what it was asked. */
function answering(exchange: ReceiptExchange) {
  const asked: [Uint8Array, string][] = [];
  const receipts: ReceiptExchanger = {
    exchange: async (sent, environment) => {
      asked.push([sent, environment]);
      return exchange;
    },
  };
  return { asked, receipts };
}

const first = receipt();
const LATER = NOW + 2 * DAY;
const second = receipt({ type: 'RECEIPT', now: LATER, riskMetric: 4 });
const renewed = (bytes: Uint8Array): ReceiptExchange => ({ outcome: 'renewed', receipt: bytes });

describe('a receipt that is due', () => {
  it('is exchanged, and the new one is kept with its risk metric', async () => {
    const { asked, receipts } = answering(renewed(second));
    const before = enrolled(first);
    expect(await renewReceipt(before, receipts, trust, LATER)).toEqual({
      ...before,
      receipt: Buffer.from(second).toString('base64'),
      facts: { osVersion: '26.2', riskMetric: 4 },
      withheld: { receiptDueAt: LATER + DAY },
    });
    expect(asked.map(([sent, environment]) => [Buffer.from(sent), environment])).toEqual([
      [Buffer.from(first), 'production'],
    ]);
    expect(before).toEqual(enrolled(first));
  });

  it('is exchanged in its own environment', async () => {
    const own = { environment: 'development' } as const;
    const next = receipt({ type: 'RECEIPT', now: LATER, ...own });
    const { asked, receipts } = answering(renewed(next));
    const result = await renewReceipt(enrolled(receipt(own), own), receipts, trust, LATER);
    expect(result?.facts).toEqual({ osVersion: '26.2', riskMetric: 3 });
    expect(asked[0]?.[1]).toBe('development');
  });

  it('keeps the last metric where the new receipt says none, and forgets a failure', async () => {
    const silent = receipt(
      { type: 'RECEIPT', now: LATER },
      { fields: (fields) => fields.filter(({ type }) => type !== 17) },
    );
    const { receipts } = answering(renewed(silent));
    const before = enrolled(first, { facts: { riskMetric: 2, receiptRetryAt: LATER } });
    expect((await renewReceipt(before, receipts, trust, LATER))?.facts).toEqual({ riskMetric: 2 });
  });

  it.each(['too-early', 'rejected', 'unauthorized', 'no-data', 'unexpected'] as const)(
    'stays, and is tried again a day later: %s',
    async (outcome) => {
      const exchange = outcome === 'unexpected' ? { outcome, status: 418 } : { outcome };
      const { asked, receipts } = answering(exchange);
      const before = enrolled(first);
      const after = await renewReceipt(before, receipts, trust, LATER);
      expect(after).toEqual({ ...before, facts: { osVersion: '26.2', receiptRetryAt: LATER + DAY } });
      expect(await renewReceipt(after as Enrolled, receipts, trust, LATER + DAY - 1)).toBeUndefined();
      expect(asked).toHaveLength(1);
      await renewReceipt(after as Enrolled, receipts, trust, LATER + DAY);
      expect(asked).toHaveLength(2);
    },
  );

  it.each(['throttled', 'unavailable'] as const)('stays as it is during an outage: %s', async (outcome) => {
    const { receipts } = answering({ outcome, problem: 'none', retryAfter: 30 });
    expect(await renewReceipt(enrolled(first), receipts, trust, LATER)).toBeUndefined();
  });

  it.each([
    ['junk', Buffer.from('junk')],
    ['the same one', first],
    ['another one of an attestation', receipt({ now: LATER })],
    ['one as old', receipt({ type: 'RECEIPT' })],
    ['one of another app', receipt({ type: 'RECEIPT', now: LATER, appId: 'TEAMID1234.com.example.other' })],
    ['one of the other environment', receipt({ type: 'RECEIPT', now: LATER, environment: 'development' })],
    [
      'one of another key',
      receipt({ type: 'RECEIPT', now: LATER, certificate: certificateFor(newKeys('P-256')) }),
    ],
    [
      'one with another certificate',
      receipt({ type: 'RECEIPT', now: LATER, certificate: certificateFor(KEYS) }),
    ],
    ['one from the future', receipt({ type: 'RECEIPT', now: LATER + DAY })],
    [
      'one that nobody signed',
      receipt({ type: 'RECEIPT', now: LATER }, { signature: () => Buffer.alloc(70) }),
    ],
  ])('is not replaced by %s', async (_, bytes) => {
    const { receipts } = answering(renewed(bytes));
    const before = enrolled(first);
    expect(await renewReceipt(before, receipts, trust, LATER)).toEqual({
      ...before,
      facts: { osVersion: '26.2', receiptRetryAt: LATER + DAY },
    });
  });

  it('is not replaced by a virtual one where roots are Apple’s', async () => {
    const { receipts } = answering(renewed(second));
    const strict = { ...trust, anchors: receiptAnchors(undefined) };
    expect((await renewReceipt(enrolled(first), receipts, strict, LATER))?.receipt).toBe(
      Buffer.from(first).toString('base64'),
    );
  });
});

describe('a receipt of another key than the record', () => {
  const other = receipt({ certificate: certificateFor(newKeys('P-256')) });
  const lost = { facts: { osVersion: '26.2', receiptRetryAt: LATER + DAY }, withheld: { receiptLost: true } };

  it('is not exchanged, and the record says that its own is lost', async () => {
    const { asked, receipts } = answering(renewed(second));
    const before = enrolled(other);
    expect(await renewReceipt(before, receipts, trust, LATER)).toEqual({ ...before, ...lost });
    const known = enrolled(other, { withheld: { root: 'x', receiptDueAt: LATER } });
    expect(await renewReceipt(known, receipts, trust, LATER)).toEqual({
      ...known,
      facts: lost.facts,
      withheld: { root: 'x', receiptDueAt: LATER, receiptLost: true },
    });
    expect(asked).toEqual([]);
  });

  it('is the one of a record without a key', async () => {
    const { asked, receipts } = answering(renewed(second));
    const { key: _, ...before } = enrolled(first);
    expect(await renewReceipt(before, receipts, trust, LATER)).toEqual({ ...before, ...lost });
    expect(asked).toEqual([]);
  });
});

it.each<[Enrolled['facts'], Enrolled['withheld'], boolean]>([
  [{}, undefined, true],
  [{}, {}, true],
  [{ receiptRetryAt: NOW }, { receiptDueAt: NOW }, true],
  [{ receiptRetryAt: NOW + 1 }, undefined, false],
  [{ receiptRetryAt: NOW + 1 }, { receiptDueAt: NOW }, false],
  [{ receiptRetryAt: NOW }, { receiptDueAt: NOW + 1 }, false],
  [{}, { receiptDueAt: NOW + 1 }, false],
  [{ receiptRetryAt: String(NOW + 1) }, { receiptDueAt: null }, true],
])('a record with %j and %j is due: %s', (facts, withheld, isDue) => {
  const { withheld: _, ...record } = enrolled(first, { facts });
  expect(isRenewalDue(withheld === undefined ? record : { ...record, withheld }, NOW)).toBe(isDue);
});

it('a fault that is not the receipt’s is not taken for one', async () => {
  const { receipts } = answering(renewed(second));
  const fault = new TypeError('the cache is broken');
  const issuers = {
    get: () => {
      throw fault;
    },
    set: () => {},
  };
  const broken = { ...trust, cache: { ...trust.cache, issuers } };
  await expect(renewReceipt(enrolled(first), receipts, broken, LATER)).rejects.toBe(fault);
});

describe('nothing is sent', () => {
  it.each([
    ['before field 19', enrolled(second), LATER + DAY - 1],
    ['without a receipt', enrolled(undefined), LATER],
    ['where what was kept is no receipt', enrolled(Buffer.from('junk')), LATER],
    ['where what was kept is no base64', enrolled(undefined, { receipt: '*' }), LATER],
  ])('%s', async (_, before, now) => {
    const { asked, receipts } = answering(renewed(second));
    expect(await renewReceipt(before, receipts, trust, now)).toBeUndefined();
    expect(asked).toEqual([]);
  });

  it('but from field 19 on', async () => {
    const third = receipt({ type: 'RECEIPT', now: LATER + DAY, riskMetric: 5 });
    const { receipts } = answering(renewed(third));
    const after = await renewReceipt(enrolled(second), receipts, trust, LATER + DAY);
    expect(after?.facts['riskMetric']).toBe(5);
  });
});
