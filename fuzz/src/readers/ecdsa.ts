// Why this exists: of an ECDSA signature (r, s) everyone can make a second valid one, (r, n - s). What differs in that alone
// is no forgery.
import { readBer } from './ber.js';
import { bigEndian, der, type Part } from './tree.js';

/** The orders of the groups of P-256 and P-384 (SP 800-186 §3.2.1). */
const P256 = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const P384 =
  0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n;

/** The numbers r and s of a signature; undefined if the part is not one. */
export function readSignature(part: Part | undefined): [bigint, bigint] | undefined {
  const numbers = part?.tag[0] === 0x30 && part.children?.length === 2 ? part.children : [];
  const [r, s] = numbers.map(({ tag, content }) =>
    tag[0] === 0x02 && content?.length ? BigInt(`0x${content.toString('hex')}`) : 0n,
  );
  return r && s ? [r, s] : undefined;
}

/** The same signature with n - s instead of s. */
export function otherForm(part: Part): Part | undefined {
  const [r, s] = readSignature(part) ?? [];
  const [first] = part.children ?? [];
  if (r === undefined || s === undefined || first === undefined) return undefined;
  const order = r > P256 || s > P256 ? P384 : P256;
  const bytes = bigEndian(order - s, Math.ceil((order - s).toString(16).length / 2));
  const content = (bytes[0] ?? 0) > 0x7f ? Buffer.concat([Buffer.alloc(1), bytes]) : bytes;
  return { ...part, children: [first, der(0x02, { content })] };
}

/** How a signature relates to another one; undefined if they are not the same pair of numbers. */
export function compareSignatures(one: Buffer, other: Buffer): 'same' | 'other form' | undefined {
  if (one.equals(other)) return 'same';
  const [a, b] = [one, other].map((bytes) => readSignature(readBer(bytes)));
  if (a === undefined || b === undefined || a[0] !== b[0]) return undefined;
  const sum = a[1] + b[1];
  return sum === P256 || sum === P384 ? 'other form' : undefined;
}
