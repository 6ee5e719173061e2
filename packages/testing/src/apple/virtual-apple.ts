import { Issued } from '../issued.js';
import { assertOptions } from '../options.js';
import { makeReceipt } from './make-receipt.js';
import type { Clock } from '../clock.js';
import type { IssuedReceipt } from './phone.js';
import { createAuthorities } from './authorities.js';
import { createIPhone, type IPhoneOptions, type VirtualIPhone } from './iphone.js';

export interface VirtualAppleOptions {
  /** What time it is; phones follow it unless they have a clock of their own. Default: the system's clock. */
  readonly now?: Clock;
}

/** Apple's part of App Attest, with roots of its own: what it vouches for is worth something to tests alone. */
export interface VirtualApple {
  /** The root that attestations chain to, DER; instead of Apple App Attestation Root CA. */
  readonly attestationRoot: Uint8Array;
  /** The root that receipts chain to, DER; instead of Apple Root CA - G3. */
  readonly receiptRoot: Uint8Array;
  /** An iPhone with the app on it. */
  createIPhone(options: IPhoneOptions): VirtualIPhone;
  /**
   * What Apple's service answers to a receipt: one of type RECEIPT with a risk metric, by default the number of keys
   * that the phone has had attested in the last 30 days.
   *
   * @returns CMS; undefined for a receipt that it has not made, as the service answers 404
   */
  exchange(receipt: Uint8Array, options?: ExchangeOptions): Uint8Array | undefined;
}

export interface ExchangeOptions {
  /** Instead of the count. */
  readonly riskMetric?: number;
}

/**
 * Makes an Apple for tests. Its keys are made for this one call. The certificates are valid from years before to
 * years after `now()`, the one that signs receipts from six months before to six months after, as Apple's was.
 *
 * @example
 * const apple = createVirtualApple();
 * const phone = apple.createIPhone({ appId: 'TEAMID1234.com.example.app' });
 * const key = phone.generateKey();
 * const attestation = key.attest({ challenge });
 *
 * @throws ConfigurationError naming the option
 */
export function createVirtualApple(options: VirtualAppleOptions = {}): VirtualApple {
  assertOptions(options, { now: 'function' }, 'createVirtualApple');
  const { now = Date.now } = options;
  const authorities = createAuthorities(now());
  const issued = new Issued<IssuedReceipt>();
  const remember = (receipt: Uint8Array, about: IssuedReceipt): void => {
    issued.note(receipt, about);
  };
  return Object.freeze({
    attestationRoot: authorities.attestationRoot.certificate,
    receiptRoot: authorities.receiptRoot.certificate,
    createIPhone(phone: IPhoneOptions) {
      return createIPhone({ now, ...phone }, { authorities, remember });
    },
    exchange(receipt: Uint8Array, { riskMetric }: ExchangeOptions = {}) {
      const known = issued.find(receipt);
      if (known === undefined) return undefined;
      const contents = {
        ...known.contents,
        type: 'RECEIPT',
        now: now(),
        riskMetric: riskMetric ?? known.attestedKeys(),
      } as const;
      const renewed = makeReceipt(contents, 'ber', authorities, {});
      remember(renewed, { ...known, contents });
      return renewed;
    },
  });
}
