import type { VirtualApple } from 'attestkit-testing';
import { google, type Authorities } from '../devices/authorities.js';
import { askGoogle } from './google-over-http.js';

/** The variable with whose word the servers take; these live in the process of the tests. */
export const AUTHORITIES_VARIABLE = 'CONFORMANCE_AUTHORITIES';

interface Written {
  /** DER in base64, as the next. */
  readonly appleRoots: readonly string[];
  readonly googleRoots: readonly string[];
  readonly serviceAccount: Authorities['google']['serviceAccount'];
  /** Where the virtual Google listens. */
  readonly port: number;
}

/** The value of the variable. */
export function writeAuthorities(apple: VirtualApple, port: number): string {
  const written: Written = {
    appleRoots: [apple.attestationRoot, apple.receiptRoot].map(toBase64),
    googleRoots: google.keyAttestationRoots.map(toBase64),
    serviceAccount: google.serviceAccount,
    port,
  };
  return JSON.stringify(written);
}

/** What it says; where it is not set, nothing, and servers have authorities of their own. */
export function readAuthorities(value = process.env[AUTHORITIES_VARIABLE]): Partial<Authorities> {
  if (value === undefined) return {};
  const { appleRoots, googleRoots, serviceAccount, port } = JSON.parse(value) as Written;
  return {
    appleRoots: appleRoots.map(fromBase64),
    google: { keyAttestationRoots: googleRoots.map(fromBase64), serviceAccount, fetch: askGoogle(port) },
  };
}

const toBase64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
const fromBase64 = (text: string): Uint8Array => Buffer.from(text, 'base64');
