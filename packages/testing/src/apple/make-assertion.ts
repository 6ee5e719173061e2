import { sign, type KeyObject } from 'node:crypto';
import {
  encodeAuthenticatorData,
  flagsOf,
  launchExtensions,
  sha256,
  type AuthenticatorData,
  type ExtensionLayout,
  type Launch,
} from './authenticator-data.js';
import { encodeCbor, map, type CborMap, type CborValue } from '../encode/cbor.js';

/** What an assertion is about. */
export interface AssertionContents {
  readonly appId: string;
  readonly layout: ExtensionLayout;
  readonly launch: Launch;
  readonly key: KeyObject;
  readonly counter: number;
  readonly clientDataHash: Uint8Array;
}

/** What a defect changes while an assertion is made; a step that it leaves out is done as a device does it. */
export interface AssertionSteps {
  readonly contents?: (contents: AssertionContents) => AssertionContents;
  readonly data?: (data: AuthenticatorData, contents: AssertionContents) => AuthenticatorData;
  /** What is hashed and signed over. */
  readonly dataBytes?: (bytes: Buffer) => Uint8Array;
  /** Over the hash of authenticator data and client data hash. */
  readonly sign?: (nonce: Buffer, contents: AssertionContents, data: Uint8Array) => Uint8Array;
  readonly map?: (map: CborMap) => CborValue;
  readonly bytes?: (bytes: Buffer) => Uint8Array;
}

/** An assertion: authenticator data, and a signature over the hash of it and of the client data hash. */
export function makeAssertion(wanted: AssertionContents, defect: AssertionSteps): Uint8Array {
  const contents = defect.contents?.(wanted) ?? wanted;
  const { appId, layout, launch, key, counter, clientDataHash } = contents;
  const sound = {
    rpIdHash: sha256(appId),
    flags: flagsOf(layout),
    counter,
    ...(layout !== 'none' && { extensions: launchExtensions(launch) }),
  };
  const data = encodeAuthenticatorData(defect.data?.(sound, contents) ?? sound);
  const dataBytes = defect.dataBytes?.(data) ?? data;
  const nonce = sha256(dataBytes, clientDataHash);
  // ECDSA hashes the nonce once more.
  const signature = defect.sign?.(nonce, contents, dataBytes) ?? sign('sha256', nonce, key);
  const encoded = map(['signature', signature], ['authenticatorData', dataBytes]);
  const bytes = encodeCbor(defect.map?.(encoded) ?? encoded);
  return defect.bytes?.(bytes) ?? bytes;
}
