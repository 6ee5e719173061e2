import { hash, verify, X509Certificate, type KeyObject } from 'node:crypto';
import type { AssertionSample, AttestationSample } from './samples.js';

/**
 * The least that can be done with `node:crypto` to accept what App Attest sends: it is decoded, the signatures hold, and
 * what has to be equal is. No caps, no strictness, no dates, no extensions, no typed result.
 */

/** Reads one item of CBOR, believing every length. */
class Decoder {
  #at = 0;
  readonly #bytes: Buffer;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  read(): unknown {
    const initial = this.#bytes[this.#at] as number;
    const length = this.#length(initial & 0x1f);
    switch (initial >> 5) {
      case 2:
        return this.#octets(length);
      case 3:
        return this.#octets(length).toString('latin1');
      case 4:
        return Array.from({ length }, () => this.read());
      default: {
        const members: Record<string, unknown> = {};
        for (let left = length; left > 0; left -= 1) members[this.read() as string] = this.read();
        return members;
      }
    }
  }

  #length(info: number): number {
    this.#at += 1;
    if (info < 24) return info;
    const octets = 1 << (info - 24);
    this.#at += octets;
    return this.#bytes.readUIntBE(this.#at - octets, octets);
  }

  #octets(length: number): Buffer {
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }
}

interface AttestationObject {
  readonly attStmt: { readonly x5c: readonly [Buffer, Buffer] };
  readonly authData: Buffer;
}

interface AssertionObject {
  readonly signature: Buffer;
  readonly authenticatorData: Buffer;
}

/** How a floor gets from the two certificates to the key of the first one, uncompressed. */
type Chain = (leaf: Buffer, intermediate: Buffer) => Buffer;

/** Both certificates are parsed and both signatures verified, every time. */
export function rawChain(root: KeyObject): Chain {
  return (leaf, intermediate) => checkedLeaf(leaf, checkedIssuer(intermediate, root));
}

/** The second certificate is verified once, and known by its hash from then on. */
export function memoisedChain(root: KeyObject): Chain {
  const issuer = memoised((intermediate) => checkedIssuer(intermediate, root));
  return (leaf, intermediate) => checkedLeaf(leaf, issuer(intermediate));
}

/** Likewise; and the first certificate is not parsed, but cut where its lengths say. */
export function cutChain(root: KeyObject): Chain {
  const issuer = memoised((intermediate) => checkedIssuer(intermediate, root));
  return (leaf, intermediate) => {
    const tbs = leaf.readUInt16BE(6) + 8;
    const algorithm = tbs + 2 + (leaf[tbs + 1] as number);
    const signature = leaf.subarray(algorithm + 3);
    if (!verify('sha256', leaf.subarray(4, tbs), issuer(intermediate), signature)) throw new Error('leaf');
    const at = leaf.indexOf(P256_BITS) + P256_BITS.length;
    return leaf.subarray(at, at + 65);
  };
}

/** Of a SubjectPublicKeyInfo: the curve's object identifier, and the head of the bit string. */
const P256_BITS = Buffer.from('06082a8648ce3d030107034200', 'hex');

function checkedIssuer(intermediate: Buffer, root: KeyObject): KeyObject {
  const certificate = new X509Certificate(intermediate);
  if (!certificate.verify(root)) throw new Error('intermediate');
  return certificate.publicKey;
}

function checkedLeaf(leaf: Buffer, issuer: KeyObject): Buffer {
  const certificate = new X509Certificate(leaf);
  if (!certificate.verify(issuer)) throw new Error('leaf');
  return certificate.publicKey.export({ type: 'spki', format: 'der' }).subarray(-65);
}

function memoised(find: (certificate: Buffer) => KeyObject): (certificate: Buffer) => KeyObject {
  const known = new Map<string, KeyObject>();
  return (certificate) => {
    const digest = hash('sha256', certificate, 'base64');
    const key = known.get(digest) ?? find(certificate);
    known.set(digest, key);
    return key;
  };
}

export function attestationFloor(chain: Chain): (sample: AttestationSample) => Buffer {
  return ({ attestation, challenge, keyId, appId }) => {
    const { attStmt, authData } = new Decoder(attestation).read() as AttestationObject;
    const [leaf, intermediate] = attStmt.x5c;
    const point = chain(leaf, intermediate);
    const nonce = sha256(Buffer.concat([authData, sha256(challenge)]));
    if (!leaf.includes(nonce)) throw new Error('nonce');
    if (hash('sha256', point, 'base64') !== keyId) throw new Error('key id');
    if (!sha256(appId).equals(authData.subarray(0, 32))) throw new Error('app');
    if (authData.readUInt32BE(33) !== 0) throw new Error('counter');
    return point;
  };
}

export function assertionFloor(
  keyOf: (sample: AssertionSample) => KeyObject | string,
): (sample: AssertionSample) => number {
  return (sample) => {
    const { signature, authenticatorData } = new Decoder(sample.assertion).read() as AssertionObject;
    const nonce = sha256(Buffer.concat([authenticatorData, sha256(sample.clientData)]));
    if (!verify('sha256', nonce, keyOf(sample), signature)) throw new Error('signature');
    if (!sha256(sample.appId).equals(authenticatorData.subarray(0, 32))) throw new Error('app');
    const counter = authenticatorData.readUInt32BE(33);
    if (counter <= sample.previousCounter) throw new Error('counter');
    return counter;
  };
}

function sha256(data: Buffer | string): Buffer {
  return hash('sha256', data, 'buffer');
}
