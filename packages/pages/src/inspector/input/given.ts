import { toBase64, toText } from '../bytes/base64.js';

/** Of evidence: the server takes no more. */
export const MOST_BYTES = 1_048_576;

/** What was pasted, dropped, opened or written. */
export interface Given {
  /** Empty if `bytes` has it. */
  readonly text: string;
  /** Base64 of bytes that are not text. */
  readonly bytes?: string;
  readonly size: number;
  /** Of the file that it came from. */
  readonly name?: string;
}

/** Controls that no text has: a form would change or lose them. */
const CONTROL = /(?![\t\n\f\r])\p{Cc}/u;

/** What was opened: text if it is text, else its bytes. */
export function givenBytes(bytes: Uint8Array, name?: string): Given {
  const text = toText(bytes);
  const rest = { size: bytes.length, ...(name !== undefined && { name }) };
  if (text === undefined || CONTROL.test(text)) return { text: '', bytes: toBase64(bytes), ...rest };
  return { text: text.replace(/^\ufeff/, ''), ...rest };
}

/** What was pasted or written. */
export function givenText(text: string): Given {
  return { text, size: new TextEncoder().encode(text).length };
}

/** Whether it is an evidence file, which names its own kind: a second name beside it is refused. */
export function saysKind({ text }: Given): boolean {
  if (!/^\s*\{/.test(text)) return false;
  try {
    return typeof (JSON.parse(text) as { kind?: unknown }).kind === 'string';
  } catch {
    return false;
  }
}

/** `5.6 KiB` */
export function sizeInWords(size: number): string {
  if (size < 1024) return `${size} ${size === 1 ? 'byte' : 'bytes'}`;
  const [unit, length] = size < MOST_BYTES ? ['KiB', 1024] : ['MiB', MOST_BYTES];
  return `${Math.round((size / (length as number)) * 10) / 10} ${unit}`;
}

/** What is wrong with it, before it is sent; undefined if nothing is. */
export function problemOf(given: Given): string | undefined {
  if (given.size > MOST_BYTES)
    return `This has ${given.size.toLocaleString()} bytes, and evidence has 1 MiB at most. Give the token, the chain or the attestation alone, without the log or capture around it.`;
  if (given.size === 0 || (given.bytes === undefined && given.text.trim() === ''))
    return 'There is nothing in it. Paste a token, an attestation or a certificate chain.';
  return undefined;
}
