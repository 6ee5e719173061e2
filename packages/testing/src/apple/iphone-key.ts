import { randomBytes } from 'node:crypto';
import { ConfigurationError } from 'attestkit/errors';
import { assertOneOf, assertOptions } from '../options.js';
import { attestationSteps, assertionSteps, receiptSteps } from './defects/app-attest-defects.js';
import type { AppAttestDefect, DefectOf } from './defects/app-attest-defects.js';
import { sha256 } from './authenticator-data.js';
import { pointOf } from '../encode/certificate.js';
import { makeAssertion } from './make-assertion.js';
import { makeAttestation } from './make-attestation.js';
import { makeReceipt, type ReceiptContents } from './make-receipt.js';
import type { Phone } from './phone.js';
import { newKeys } from './authorities.js';

/** What an attestation is bound to: exactly one of the two. */
export type AttestOptions =
  | {
      /** The challenge as it was returned; text is taken as UTF-8. Its SHA-256 is the client data hash. */
      readonly challenge: string | Uint8Array;
      readonly clientDataHash?: undefined;
    }
  | {
      /** What the app hands to `attestKey`, of any length. */
      readonly clientDataHash: Uint8Array;
      readonly challenge?: undefined;
    };

/** What an assertion is bound to: exactly one of the two. */
export type AssertOptions = (
  | {
      /** The bytes that the server has too; text is taken as UTF-8. Their SHA-256 is the client data hash. */
      readonly clientData: string | Uint8Array;
      readonly clientDataHash?: undefined;
    }
  | {
      /** What the app hands to `generateAssertion`. */
      readonly clientDataHash: Uint8Array;
      readonly clientData?: undefined;
    }
) & {
  /** Sets the key's counter, from which the next one counts on. Default: one above the last. */
  readonly counter?: number;
};

export interface ReceiptOptions {
  /** Default `ATTEST`, as it comes with the attestation; `RECEIPT` is what Apple's service makes of that. */
  readonly type?: 'ATTEST' | 'RECEIPT';
  /** Of a RECEIPT. Default 1. */
  readonly riskMetric?: number;
  /** Default `ber`: indefinite lengths and a content in pieces, as most are. */
  readonly encoding?: 'ber' | 'der';
}

/** A request to be signed, in the lines of `requestBytes` of `attestkit/sessions`. */
export interface RequestToSign {
  /** As the server has it configured. */
  readonly audience: string;
  readonly method: string;
  /** Path and query as on the request line. */
  readonly target: string;
  /** The bytes as on the wire; text is taken as UTF-8. Default: none. */
  readonly body?: string | Uint8Array;
  readonly challenge?: string;
}

/** A signed request's header values, of which it takes one; both carry the same assertion. */
export interface SignedRequest {
  /** The value of `Authorization`. */
  readonly authorization: string;
  /** The value of `X-App-Attest`, beside a session. */
  readonly xAppAttest: string;
  /** The bytes that were signed over, not hashed. */
  readonly clientData: Uint8Array;
}

/** A key in the hardware of a virtual phone. */
export interface VirtualKey {
  /** As `DCAppAttestService.generateKey` returns it: base64 of 32 bytes. */
  readonly keyId: string;
  /** SubjectPublicKeyInfo in DER. */
  readonly publicKey: Uint8Array;
  /**
   * Has Apple attest the key, as `attestKey` does.
   *
   * @param defect what is wrong with the attestation, or with the receipt in it. Default: nothing
   * @returns CBOR
   */
  attest(options: AttestOptions, defect?: DefectOf<'attestation' | 'receipt'>): Uint8Array;
  /**
   * Signs, as `generateAssertion` does. The counter rises by one each time.
   *
   * @returns CBOR
   */
  assert(options: AssertOptions, defect?: DefectOf<'assertion'>): Uint8Array;
  /**
   * A receipt about the last attestation of this key; it is attested if it was not yet.
   *
   * @returns CMS
   */
  receipt(options?: ReceiptOptions, defect?: DefectOf<'receipt'>): Uint8Array;
  /** Signs an HTTP request as the server expects it, and writes the header values. */
  signRequest(request: RequestToSign, defect?: DefectOf<'assertion'>): SignedRequest;
}

/** What receipts say of an attestation. */
type Attested = Pick<ReceiptContents, 'certificate' | 'clientDataHash'>;

export function createKey(phone: Phone): VirtualKey {
  const { appId, environment, device, layout, launch, authorities } = phone;
  const { signer, publicKey } = newKeys('P-256');
  const keyId = sha256(pointOf(publicKey));
  const key = { appId, environment, publicKey, token: randomBytes(64).toString('base64') } as const;
  let attested: Attested | undefined;
  let last = 0;

  function attest(options: AttestOptions, defect?: AppAttestDefect): Uint8Array {
    assertOptions(options, { challenge: 'any', clientDataHash: 'any' }, 'attest');
    const clientDataHash = hashOf('challenge', options.challenge, options.clientDataHash);
    const now = phone.now();
    const about = { ...key, device, layout, launch, clientDataHash, now };
    const made = makeAttestation(about, authorities, attestationSteps(defect));
    if (defect === undefined) {
      if (attested === undefined) phone.attested();
      attested = { certificate: made.leaf, clientDataHash };
      remember(made.receipt, { ...key, ...attested, type: 'ATTEST', riskMetric: 0, now });
    }
    return made.attestation;
  }

  function assert(options: AssertOptions, defect?: AppAttestDefect): Uint8Array {
    const types = { clientData: 'any', clientDataHash: 'any', counter: 'number' } as const;
    assertOptions(options, types, 'assert');
    const clientDataHash = hashOf('clientData', options.clientData, options.clientDataHash);
    const counter = options.counter ?? last + 1;
    if (!Number.isInteger(counter) || counter < 0 || counter > 0xffff_ffff)
      throw new ConfigurationError('counter', 'is not an unsigned number of 32 bits', 'Leave it out.');
    last = counter;
    return makeAssertion(
      { appId, layout, launch, key: signer.key, counter, clientDataHash },
      assertionSteps(defect),
    );
  }

  function receipt(options: ReceiptOptions = {}, defect?: AppAttestDefect): Uint8Array {
    assertOptions(options, { type: 'string', riskMetric: 'number', encoding: 'string' }, 'receipt');
    const { type = 'ATTEST', riskMetric = 1, encoding = 'ber' } = options;
    assertOneOf('type', type, ['ATTEST', 'RECEIPT']);
    assertOneOf('encoding', encoding, ['ber', 'der']);
    if (attested === undefined) attest({ clientDataHash: randomBytes(32) });
    const about = attested as Attested;
    const contents = { ...key, ...about, type, riskMetric, now: phone.now() };
    const made = makeReceipt(contents, encoding, authorities, receiptSteps(defect));
    if (defect === undefined) remember(made, contents);
    return made;
  }

  function remember(made: Uint8Array, contents: ReceiptContents): void {
    phone.remember(made, { contents, attestedKeys: phone.attestedKeys });
  }

  function signRequest(request: RequestToSign, defect?: AppAttestDefect): SignedRequest {
    const { audience, method, target, body = '', challenge } = request;
    const digest = sha256(body).toString('base64url');
    const lines = ['attestkit-request-v1', audience, method, target, digest, challenge ?? ''];
    const clientData = Buffer.from(lines.join('\n'));
    const assertion = Buffer.from(assert({ clientData }, defect)).toString('base64url');
    const parameters = [
      ['key_id', keyId.toString('base64url')],
      ['assertion', assertion],
      ...(challenge === undefined ? [] : [['challenge', challenge] as const]),
    ] as const;
    return {
      authorization: `Attest v=1, ${parameters.map(([name, value]) => `${name}="${value}"`).join(', ')}`,
      xAppAttest: `v=1; ${parameters.map(([name, value]) => `${name}=${value}`).join('; ')}`,
      clientData,
    };
  }

  return Object.freeze({ keyId: keyId.toString('base64'), publicKey, attest, assert, receipt, signRequest });
}

/** The client data hash: as given, or made of the given data. */
function hashOf(
  name: string,
  data: string | Uint8Array | undefined,
  hash: Uint8Array | undefined,
): Uint8Array {
  const given = data ?? hash;
  if (given === undefined || (data !== undefined && hash !== undefined))
    throw new ConfigurationError(name, 'and clientDataHash are not exactly one', 'Give one of the two.');
  return data === undefined ? Buffer.from(given as Uint8Array) : sha256(data);
}
