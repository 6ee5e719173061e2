import { createHmac, timingSafeEqual, verify, type KeyObject } from 'node:crypto';

/**
 * The least that can be done with `node:crypto` to accept a token: the header is known as text, the signature holds
 * by the pinned algorithm and key, the payload parses, and `exp` lies ahead. No error codes, no strictness, no typed
 * result. `bench/README.md` tells what was tried to make it faster.
 */
export type Floor = (token: string) => unknown;

/** The MAC comes as text and is made into bytes here, since `digest()` takes far longer to make a Buffer of its own. */
export function hmacFloor(key: KeyObject, header: string): Floor {
  const start = `${header}.`;
  return (token) => {
    if (!token.startsWith(start)) throw new Error('header');
    const end = token.indexOf('.', start.length);
    const mac = createHmac('sha256', key).update(token.slice(0, end), 'latin1').digest('binary');
    const sent = Buffer.from(token.slice(end + 1), 'base64url');
    if (sent.length !== 32 || !timingSafeEqual(sent, Buffer.from(mac, 'latin1')))
      throw new Error('signature');
    return claims(token.slice(start.length, end));
  };
}

export function signatureFloor(key: KeyObject, header: string, algorithm: 'ES256' | 'RS256'): Floor {
  const start = `${header}.`;
  const dsaEncoding = algorithm === 'ES256' ? 'ieee-p1363' : 'der';
  return (token) => {
    if (!token.startsWith(start)) throw new Error('header');
    const end = token.indexOf('.', start.length);
    const signature = Buffer.from(token.slice(end + 1), 'base64url');
    const signed = Buffer.from(token.slice(0, end), 'latin1');
    if (!verify('sha256', signed, { key, dsaEncoding }, signature)) throw new Error('signature');
    return claims(token.slice(start.length, end));
  };
}

function claims(payload: string): unknown {
  const read = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as { exp: number };
  if (!(read.exp > Date.now() / 1000)) throw new Error('expired');
  return read;
}
