/** A node while it is made; `EvidenceNode` to readers. */
export interface Draft {
  readonly offset: number;
  length: number;
  header: number;
  label: string;
  type: string;
  value: string | undefined;
  meaning: string | undefined;
  readonly children: Draft[];
}

/** Nodes of one part, and levels of nesting in it. No evidence that a server accepts comes near. */
const MOST_NODES = 20_000;
export const MOST_LEVELS = 64;

/** Characters of a value or a label. */
const MOST_CHARACTERS = 400;

/** What was read of one part so far: its bytes, how many nodes it may still have, and the first problem. */
export class Sheet {
  readonly bytes: Buffer;
  #left: number;
  #problem: string | undefined;
  #problems = 0;
  /** Nodes of attempts that failed. */
  #wasted = 0;

  constructor(bytes: Uint8Array, nodes: number = MOST_NODES) {
    this.bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#left = Math.min(nodes, MOST_NODES);
  }

  get problem(): string | undefined {
    return this.#problem;
  }

  /** Nodes that it may still have. */
  get left(): number {
    return this.#left;
  }

  /** Keeps the first problem: the others mostly follow from it. */
  note(problem: string): void {
    this.#problem ??= problem;
    this.#problems += 1;
  }

  /** Makes a node, or says that there are too many. */
  node(offset: number, length: number, type: string): Draft | undefined {
    if (this.#left === 0) {
      this.note(`there are too many items to show: what begins at ${offset} is left out`);
      return undefined;
    }
    this.#left -= 1;
    const [value, meaning] = [undefined, undefined];
    return { offset, length, header: 0, label: '', type, value, meaning, children: [] };
  }

  /**
   * Reads something that may turn out to be another thing: with a problem, nothing of it counts. A tree that ends because
   * there are too many nodes stays. As many nodes may be thrown away as may stay; then nothing more is tried.
   */
  attempt(read: () => Draft | undefined): Draft | undefined {
    if (this.#wasted >= MOST_NODES) return undefined;
    const [left, problem, problems] = [this.#left, this.#problem, this.#problems];
    const node = read();
    if (this.#problems === problems || this.#left === 0) return node;
    this.#wasted += left - this.#left;
    [this.#left, this.#problem, this.#problems] = [left, problem, problems];
    return undefined;
  }
}

/** Where a range ends, in words. */
export function endOf(sheet: Sheet, end: number): string {
  return end === sheet.bytes.length ? 'beyond the last byte' : `beyond ${end}, where its container ends`;
}

/** Text that is short enough to show. Characters stay whole; halves of one are written as `\ud83d`. */
export function cut(text: string): string {
  const shown = text
    .slice(0, MOST_CHARACTERS)
    .replaceAll(/\p{Cs}/gu, (half) => `\\u${half.charCodeAt(0).toString(16)}`);
  if (text.length <= MOST_CHARACTERS && shown.length <= MOST_CHARACTERS) return shown;
  let kept = '';
  for (const character of shown) {
    if (kept.length + character.length >= MOST_CHARACTERS) break;
    kept += character;
  }
  return `${kept}…`;
}

/** Bytes in hexadecimal, as many as are shown. */
export function hexOf(bytes: Uint8Array): string {
  return cut(Buffer.from(bytes.subarray(0, MOST_CHARACTERS)).toString('hex'));
}

/** Bytes as text in UTF-8, as much as is shown. */
export function textOf(bytes: Uint8Array, encoding: 'utf8' | 'latin1' = 'utf8'): string {
  // A character has four bytes at most; one that the cut halves is beyond those that are shown.
  return cut(Buffer.from(bytes.subarray(0, 4 * MOST_CHARACTERS + 4)).toString(encoding));
}

/** Text in quotation marks, if bytes are nothing but readable ASCII. */
export function readableIn(bytes: Uint8Array): string | undefined {
  if (bytes.length < 2 || bytes.length > MOST_CHARACTERS) return undefined;
  const text = Buffer.from(bytes).toString('latin1');
  return /^[\x20-\x7e]+$/.test(text) ? cut(`"${text}"`) : undefined;
}

/** A leaf with bytes that are not taken apart. */
export function bytesNode(sheet: Sheet, from: number, to: number, type = 'bytes'): Draft | undefined {
  const node = sheet.node(from, to - from, type);
  if (node === undefined) return undefined;
  const content = sheet.bytes.subarray(from, to);
  node.value = hexOf(content);
  node.meaning = readableIn(content);
  return node;
}

/** The bytes of a node behind its header. */
export function contentOf({ bytes }: Sheet, { offset, header, length }: Draft): Buffer {
  return bytes.subarray(offset + header, offset + length);
}
