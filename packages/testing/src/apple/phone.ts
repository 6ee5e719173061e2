import type { ExtensionLayout, Launch } from './authenticator-data.js';
import type { Device } from './leaf-certificate.js';
import type { ReceiptContents } from './make-receipt.js';
import type { Authorities } from './authorities.js';
import type { Clock } from '../clock.js';

/** What a receipt that was made is about, to make its successor. */
export interface IssuedReceipt {
  readonly contents: ReceiptContents;
  /** How many keys of the phone were attested lately. */
  readonly attestedKeys: () => number;
}

/** What a phone needs of its Apple. */
export interface AppleOfPhone {
  readonly authorities: Authorities;
  readonly remember: (receipt: Uint8Array, about: IssuedReceipt) => void;
}

/** A phone as its keys see it. */
export interface Phone extends AppleOfPhone {
  readonly appId: string;
  readonly environment: 'production' | 'development';
  readonly device: Device;
  readonly layout: ExtensionLayout;
  readonly launch: Launch;
  readonly now: Clock;
  /** Notes that one more key was attested. */
  readonly attested: () => void;
  readonly attestedKeys: () => number;
}
