import type { EvidenceNode, EvidencePart } from 'attestkit/inspect';
import { toBase64, toHex, toText } from '../bytes/base64.js';

export type CopyForm = 'text' | 'hex' | 'base64';

/** The bytes of a node behind its header. */
function contentOf(bytes: Uint8Array, { offset, header, length }: EvidenceNode): Uint8Array {
  return bytes.subarray(offset + header, offset + length);
}

/** What is copied of a node. In a token, text is what a member says, since its bytes are base64url of all members. */
export function copied(
  form: CopyForm,
  bytes: Uint8Array,
  node: EvidenceNode,
  encoding: EvidencePart['encoding'],
): string {
  const content = contentOf(bytes, node);
  if (form === 'hex') return toHex(content);
  if (form === 'base64') return toBase64(content);
  const said = node.value !== undefined && !node.value.endsWith('…') ? node.value : undefined;
  if (encoding === 'jws' || encoding === 'jwe') return said ?? toText(content) ?? '';
  if (node.children.length === 0 && said !== undefined) return said;
  return toText(content) ?? toHex(content);
}

/** A byte as a character that can be seen; others are a dot. */
export function asCharacter(byte: number): string {
  return byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '·';
}

/** `0001a0` */
export function asOffset(offset: number): string {
  return offset.toString(16).padStart(6, '0');
}
