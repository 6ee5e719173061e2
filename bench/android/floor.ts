import { createDecipheriv, createPublicKey, verify, type KeyObject } from 'node:crypto';

/**
 * The least that can be done with `node:crypto` to accept what Android and Firebase send: every length is believed, the
 * signatures hold, and what has to be equal is. No caps, no strictness, no dates, no policy.
 */

interface Element {
  readonly tag: number;
  readonly content: Buffer;
  readonly whole: Buffer;
}

function elements(bytes: Buffer): Element[] {
  const found: Element[] = [];
  for (let at = 0; at < bytes.length;) {
    const start = at;
    let tag = bytes[at++] as number;
    if ((tag & 31) === 31) {
      tag = 0;
      let octet: number;
      do {
        octet = bytes[at++] as number;
        tag = (tag << 7) | (octet & 127);
      } while (octet > 127);
    }
    const first = bytes[at++] as number;
    const octets = first < 128 ? 0 : first & 127;
    const length = octets === 0 ? first : bytes.readUIntBE(at, octets);
    at += octets + length;
    found.push({ tag, content: bytes.subarray(at - length, at), whole: bytes.subarray(start, at) });
  }
  return found;
}

const SHA384 = Buffer.from('2a8648ce3d040303', 'hex');
const ATTESTATION = Buffer.from('2b06010401d679020111', 'hex');

/** A chain with its root: names chain, signatures hold, the root's key is a pinned one, and the challenge is in the description. */
export function chainFloor(
  roots: readonly Buffer[],
): (chain: readonly Buffer[], challenge: Buffer) => unknown {
  const pinned = new Map(roots.map((root) => [spkiOf(root).toString('latin1'), keyOf(spkiOf(root))]));
  return (chain, challenge) => {
    const certificates = chain.map((der) => {
      const [tbs, algorithm, bits] = elements(elements(der)[0]?.content as Buffer) as [
        Element,
        Element,
        Element,
      ];
      return { tbs, algorithm, bits, fields: elements(tbs.content) };
    });
    const last = certificates.at(-1)?.fields[6]?.whole as Buffer;
    let key = pinned.get(last.toString('latin1'));
    if (key === undefined) throw new Error('root');
    for (let index = certificates.length - 2; index >= 0; index -= 1) {
      const { tbs, algorithm, bits, fields } = certificates[index] as (typeof certificates)[number];
      if (!fields[3]?.whole.equals(certificates[index + 1]?.fields[5]?.whole as Buffer))
        throw new Error('name');
      const digest = elements(algorithm.content)[0]?.content.equals(SHA384) === true ? 'sha384' : 'sha256';
      if (!verify(digest, tbs.whole, key, bits.content.subarray(1))) throw new Error('signature');
      if (index > 0) key = keyOf(fields[6]?.whole as Buffer);
    }
    const list = elements(elements(certificates[0]?.fields[7]?.content as Buffer)[0]?.content as Buffer);
    const extension = list
      .map(({ content }) => elements(content))
      .find(([oid]) => oid?.content.equals(ATTESTATION));
    const description = elements(elements(extension?.at(-1)?.content as Buffer)[0]?.content as Buffer);
    const lists = description
      .slice(6)
      .map(({ content }) => elements(content).map((each) => [each.tag, elements(each.content)]));
    if (!description[4]?.content.equals(challenge)) throw new Error('challenge');
    return lists;
  };
}

function spkiOf(der: Buffer): Buffer {
  const tbs = elements(elements(der)[0]?.content as Buffer)[0]?.content as Buffer;
  return elements(tbs)[6]?.whole as Buffer;
}

function keyOf(key: Buffer): KeyObject {
  return createPublicKey({ key, format: 'der', type: 'spki' });
}

/** An encrypted verdict: AES-KW, AES-GCM, ES256, and the nonce. */
export function integrityFloor(secret: KeyObject, key: KeyObject): (token: string, nonce: string) => unknown {
  return (token, nonce) => {
    const [header = '', wrapped = '', iv = '', ciphertext = '', tag = ''] = token.split('.');
    const unwrap = createDecipheriv('id-aes256-wrap', secret, Buffer.alloc(8, 0xa6));
    const contentKey = unwrap.update(Buffer.from(wrapped, 'base64url'));
    const decipher = createDecipheriv('aes-256-gcm', contentKey, Buffer.from(iv, 'base64url'));
    decipher.setAAD(Buffer.from(header, 'latin1'));
    decipher.setAuthTag(Buffer.from(tag, 'base64url'));
    const inner =
      decipher.update(Buffer.from(ciphertext, 'base64url')).toString('latin1') + decipher.final('latin1');
    const end = inner.lastIndexOf('.');
    const signature = Buffer.from(inner.slice(end + 1), 'base64url');
    const signed = Buffer.from(inner.slice(0, end), 'latin1');
    if (!verify('sha256', signed, { key, dsaEncoding: 'ieee-p1363' }, signature))
      throw new Error('signature');
    const payload = JSON.parse(
      Buffer.from(inner.slice(inner.indexOf('.') + 1, end), 'base64url').toString(),
    ) as {
      requestDetails: { nonce: string };
    };
    if (payload.requestDetails.nonce !== nonce) throw new Error('nonce');
    return payload;
  };
}
