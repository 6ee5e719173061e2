import {
  aaguidOf,
  coseKey,
  encodeAuthenticatorData,
  flagsOf,
  launchExtensions,
  sha256,
  type AuthenticatorData,
  type Credential,
  type ExtensionLayout,
  type Launch,
} from './authenticator-data.js';
import { pointOf, signCertificate, type CertificateFields } from '../encode/certificate.js';
import { encodeCbor, map, type CborMap, type CborValue } from '../encode/cbor.js';
import { leafFields, type Device } from './leaf-certificate.js';
import { makeReceipt, type ReceiptSteps } from './make-receipt.js';
import type { Authorities } from './authorities.js';

/** What an attestation is about. */
export interface AttestationContents {
  readonly device: Device;
  readonly appId: string;
  readonly environment: 'production' | 'development';
  readonly layout: ExtensionLayout;
  readonly launch: Launch;
  /** SubjectPublicKeyInfo of the key, DER. */
  readonly publicKey: Uint8Array;
  readonly clientDataHash: Uint8Array;
  /** Of the receipt. */
  readonly token: string;
  /** When it is made, milliseconds since the epoch. */
  readonly now: number;
}

/** The authenticator data of an attestation. */
export type AttestedData = AuthenticatorData & { readonly credential: Credential };

/** What the object consists of, before it is encoded. */
export interface AttestationObject {
  readonly format: CborValue;
  readonly chain: readonly CborValue[];
  readonly receipt: CborValue;
  readonly authenticatorData: CborValue;
}

/** What a defect changes while an attestation is made; a step that it leaves out is done as Apple does it. */
export interface AttestationSteps {
  readonly contents?: (contents: AttestationContents) => AttestationContents;
  readonly data?: (data: AttestedData, contents: AttestationContents) => AttestedData;
  /** What is hashed and signed over. */
  readonly dataBytes?: (bytes: Buffer) => Uint8Array;
  readonly nonce?: (nonce: Buffer) => Uint8Array;
  readonly leaf?: (fields: CertificateFields, contents: AttestationContents) => CertificateFields;
  /** The certificates, the leaf first. */
  readonly chain?: (
    chain: readonly Uint8Array[],
    leaf: CertificateFields,
    authorities: Authorities,
  ) => readonly Uint8Array[];
  readonly object?: (object: AttestationObject) => AttestationObject;
  /** The pairs of the outer map. */
  readonly map?: (map: CborMap) => CborValue;
  readonly bytes?: (bytes: Buffer) => Uint8Array;
  readonly receipt?: ReceiptSteps;
}

export interface MadeAttestation {
  readonly attestation: Uint8Array;
  readonly leaf: Uint8Array;
  readonly receipt: Uint8Array;
}

/** An attestation object: authenticator data, the certificate over its hash, the receipt. */
export function makeAttestation(
  wanted: AttestationContents,
  authorities: Authorities,
  defect: AttestationSteps,
): MadeAttestation {
  const contents = defect.contents?.(wanted) ?? wanted;
  const sound = attestedData(contents);
  const data = encodeAuthenticatorData(defect.data?.(sound, contents) ?? sound);
  const dataBytes = defect.dataBytes?.(data) ?? data;
  const nonce = sha256(dataBytes, contents.clientDataHash);
  const fields = leafFields({
    ...contents,
    nonce: defect.nonce?.(nonce) ?? nonce,
    issuer: authorities.attestationCa.fields.subject,
  });
  const leaf = defect.leaf?.(fields, contents) ?? fields;
  const { signer, certificate } = authorities.attestationCa;
  const chain = [signCertificate(leaf, signer), certificate];
  const sent = defect.chain?.(chain, leaf, authorities) ?? chain;
  const [leafBytes = new Uint8Array()] = sent;
  const receipt = makeReceipt(
    { ...contents, type: 'ATTEST', certificate: leafBytes, riskMetric: 0 },
    'ber',
    authorities,
    defect.receipt ?? {},
  );
  const object = { format: 'apple-appattest', chain: sent, receipt, authenticatorData: dataBytes };
  const encoded = encodeObject(defect.object?.(object) ?? object, contents);
  const bytes = encodeCbor(defect.map?.(encoded) ?? encoded);
  return { attestation: defect.bytes?.(bytes) ?? bytes, leaf: leafBytes, receipt };
}

function attestedData({ appId, environment, publicKey, layout, launch }: AttestationContents): AttestedData {
  const id = sha256(pointOf(publicKey));
  return {
    rpIdHash: sha256(appId),
    flags: flagsOf(layout),
    counter: 0,
    credential: { aaguid: aaguidOf(environment), idLength: id.length, id, publicKey: coseKey(publicKey) },
    ...(layout !== 'none' && { extensions: launchExtensions(launch) }),
  };
}

function encodeObject(object: AttestationObject, { layout, launch }: AttestationContents): CborMap {
  const { format, chain, receipt, authenticatorData } = object;
  // Before iOS 27 the hash of the code, if there is one, is outside of the signed bytes.
  const unsigned =
    layout === 'none' && launch.cdHash !== undefined ? [['cdHash', launch.cdHash] as const] : [];
  return map(
    ['fmt', format],
    ['attStmt', map(['x5c', chain], ['receipt', receipt])],
    ['authData', authenticatorData],
    ...unsigned,
  );
}
