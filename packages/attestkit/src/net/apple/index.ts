import type { KeyObject } from 'node:crypto';
import { ConfigurationError } from '../../kernel/errors.js';
import { assertOptions, type OptionTypes } from '../../kernel/config/options.js';
import type { ReceiptEnvironment, ReceiptExchange, ReceiptExchanger } from '../../ports/receipts.js';
import { AppleReceipts } from './exchange.js';
import { retrying } from './retry.js';
import { ProviderToken, signingKey } from './provider-token.js';
import { endpoint } from '../endpoint.js';
import { within } from '../../kernel/config/whole-number.js';

export type { ReceiptEnvironment, ReceiptExchange, ReceiptExchanger } from '../../ports/receipts.js';

/** Who asks Apple, and how long it is waited for. */
export interface AppleReceiptsOptions {
  /** The team of the apps: ten characters, as in front of their app ids. */
  readonly teamId: string;
  /** The id of a key that is enabled for DeviceCheck: ten characters. */
  readonly keyId: string;
  /** That key: the text of Apple's `.p8` file, or the same as a KeyObject. P-256. */
  readonly privateKey: string | KeyObject;
  /** Milliseconds for one attempt: 1 to 60000. Default 3000. */
  readonly timeoutMs?: number | undefined;
  /** Milliseconds for all attempts and the pauses between them: 1 to 60000. Default 8000. */
  readonly deadlineMs?: number | undefined;
  /** How often one receipt is sent before giving up: 1 to 10. Default 3. */
  readonly attempts?: number | undefined;
  /** Instead of Apple's, for a proxy or a test: https; http only for a loopback host in development. */
  readonly endpoints?: Partial<Readonly<Record<ReceiptEnvironment, string>>> | undefined;
  /**
   * Told of what came of each exchange, so that an operator hears of a key that Apple refuses. What it throws is
   * ignored.
   */
  readonly observe?: ((exchange: ReceiptExchange, environment: ReceiptEnvironment) => void) | undefined;
  /** Used instead of the global `fetch`: for a proxy, a private CA or a test. */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** The clock, in milliseconds. Default `Date.now`. */
  readonly now?: (() => number) | undefined;
}

const OPTIONS: OptionTypes = {
  teamId: 'any',
  keyId: 'any',
  privateKey: 'any',
  timeoutMs: 'any',
  deadlineMs: 'any',
  attempts: 'any',
  endpoints: 'object',
  observe: 'function',
  fetch: 'function',
  now: 'function',
};

/** Apple, Assessing fraud risk. */
const ENDPOINTS: Readonly<Record<ReceiptEnvironment, string>> = {
  production: 'https://data.appattest.apple.com/v1/attestationData',
  development: 'https://data-development.appattest.apple.com/v1/attestationData',
};

/**
 * Exchanges App Attest receipts with Apple for newer ones, which carry the risk metric (Apple, Assessing fraud
 * risk).
 *
 * An answer of 429 or 5xx, and none at all, is retried after a pause that doubles, up to a random half shorter, and
 * is never shorter than `Retry-After`. Where that ends in nothing, no receipt is sent for as long as the answer
 * said, or 30 seconds; until then `exchange` answers the same at once. No redirect is followed. Nothing is sent
 * at start-up, and no timer runs between two calls.
 *
 * @throws ConfigurationError naming the option: a malformed id, a key that is not private or not P-256, an
 *   endpoint that is not https, a time out of its range, an unknown option
 * @example
 * const receipts = appleReceipts({ teamId: 'TEAMID1234', keyId: 'ABC123DEFG', privateKey: pem });
 * const evidence = [appAttest({ appIds, receipts })];
 */
export function appleReceipts(options: AppleReceiptsOptions): ReceiptExchanger {
  assertOptions(options, OPTIONS, 'appleReceipts');
  const { timeoutMs = 3000, deadlineMs = 8000, attempts = 3, endpoints = {}, observe, fetch } = options;
  assertOptions(endpoints, { production: 'any', development: 'any' }, 'appleReceipts', 'endpoints.');
  const { now = Date.now } = options;
  const receipts = new AppleReceipts({
    token: new ProviderToken(
      id('teamId', options.teamId),
      id('keyId', options.keyId),
      signingKey(options.privateKey),
      now,
    ),
    endpoints: {
      production: endpoint(endpoints.production ?? ENDPOINTS.production, 'endpoints.production'),
      development: endpoint(endpoints.development ?? ENDPOINTS.development, 'endpoints.development'),
    },
    retry: retrying({
      timeoutMs: within('timeoutMs', timeoutMs, 1, 60_000),
      deadlineMs: within('deadlineMs', deadlineMs, 1, 60_000),
      attempts: within('attempts', attempts, 1, 10),
    }),
    fetch,
  });
  return {
    watch: receipts.watch,
    async exchange(receipt, environment, signal) {
      const exchange = await receipts.exchange(receipt, environment, signal);
      try {
        observe?.(exchange, environment);
      } catch {
        // Watching must not change what happens.
      }
      return exchange;
    },
  };
}

function id(option: string, text: unknown): string {
  if (typeof text === 'string' && /^[A-Z0-9]{10}$/.test(text)) return text;
  const remedy = 'Copy it from your developer account: ten letters and digits.';
  throw new ConfigurationError(option, 'is not an identifier from Apple', remedy);
}
