import { cut, MOST_LEVELS, type Draft, type Sheet } from './sheet.js';

/** Times in seconds in tokens (RFC 7519 §4.1), and in milliseconds in a verdict. */
const SECONDS: readonly string[] = ['exp', 'nbf', 'iat', 'auth_time'];
const MILLISECONDS: readonly string[] = ['timestampMillis'];

const [SPACE, NUMBER] = [/[\t\n\r ]*/y, /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y];

/** Where in the bytes of a part a text stands: the first byte of what begins there, and the one behind what ends there. */
export interface Place {
  begin(at: number): number;
  end(at: number): number;
}

/**
 * Reads JSON as far as it can be read. Behind the first fault nothing is read: all that encloses it ends with the text.
 *
 * @param text one character for each byte, so that places in it are offsets
 */
export function readJson(sheet: Sheet, text: string, place: Place): Draft | undefined {
  const reader = new Reader(sheet, text, place);
  const root = reader.read('', 1);
  reader.finish();
  return root;
}

/** JSON that is a part by itself. */
export function readJsonPart(sheet: Sheet): Draft | undefined {
  return readJson(sheet, sheet.bytes.toString('latin1'), ITSELF);
}

function same(at: number): number {
  return at;
}

const ITSELF: Place = { begin: same, end: same };

class Reader {
  readonly #sheet: Sheet;
  readonly #text: string;
  readonly #place: Place;
  #at = 0;
  #isLost = false;

  constructor(sheet: Sheet, text: string, place: Place) {
    this.#sheet = sheet;
    this.#text = text;
    this.#place = place;
  }

  finish(): void {
    this.#skip();
    if (!this.#isLost && this.#at < this.#text.length) this.#lose('something follows the JSON');
  }

  read(label: string, level: number): Draft | undefined {
    this.#skip();
    const from = this.#at;
    const first = this.#text[from];
    const node = this.#sheet.node(this.#place.begin(from), 0, 'unreadable');
    if (node === undefined) {
      this.#isLost = true;
      return undefined;
    }
    node.label = label;
    if (first === '{' || first === '[') this.#readContainer(node, first === '{', level);
    else if (first === '"') this.#readText(node);
    else this.#readWord(node, label);
    if (this.#isLost) this.#at = this.#text.length;
    node.length = this.#place.end(this.#at) - node.offset;
    return node;
  }

  #lose(problem: string): void {
    this.#sheet.note(`${problem}, at ${this.#place.begin(this.#at)}`);
    this.#isLost = true;
  }

  #skip(): void {
    this.#match(SPACE);
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }

  #takes(character: string): boolean {
    this.#skip();
    if (this.#text[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }

  #readContainer(node: Draft, isObject: boolean, level: number): void {
    const close = isObject ? '}' : ']';
    node.type = isObject ? 'object' : 'array';
    node.header = 1;
    this.#at += 1;
    if (this.#takes(close)) return;
    if (level >= MOST_LEVELS) {
      this.#lose(`the JSON is nested deeper than ${MOST_LEVELS} levels`);
      return;
    }
    const names = new Set<string>();
    do {
      const label = isObject ? this.#readName(names) : String(node.children.length);
      const child = label === undefined ? undefined : this.read(label, level + 1);
      if (child !== undefined) node.children.push(child);
    } while (!this.#isLost && this.#takes(','));
    if (!this.#isLost && !this.#takes(close)) this.#lose(`the JSON cannot be read: ${close} or , is missing`);
  }

  #readName(names: Set<string>): string | undefined {
    this.#skip();
    const at = this.#at;
    const name = this.#string();
    if (name !== undefined && names.has(name))
      this.#sheet.note(`the member ${JSON.stringify(cut(name))} at ${this.#place.begin(at)} is there twice`);
    if (name !== undefined) names.add(name);
    if (name !== undefined && this.#takes(':')) return cut(name);
    if (!this.#isLost) this.#lose('the JSON cannot be read: a name is missing');
    return undefined;
  }

  #readText(node: Draft): void {
    node.type = 'string';
    node.header = 1;
    const text = this.#string();
    node.value = cut(text ?? Buffer.from(this.#text.slice(this.#at, this.#at + 1604), 'latin1').toString());
  }

  /** A string, decoded; undefined for one that cannot be read. */
  #string(): string | undefined {
    const from = this.#at;
    const to = endOfString(this.#text, from);
    try {
      const string: unknown = JSON.parse(Buffer.from(this.#text.slice(from, to), 'latin1').toString());
      this.#at = to;
      if (typeof string === 'string') return string;
    } catch {
      // It does not end, or has an escape that does not exist, or a line break.
    }
    this.#lose('the string cannot be read');
    return undefined;
  }

  #readWord(node: Draft, label: string): void {
    const word = ['true', 'false', 'null'].find((each) => this.#text.startsWith(each, this.#at));
    if (word !== undefined) this.#at += word.length;
    const number = word === undefined ? this.#match(NUMBER) : undefined;
    const found = word ?? number;
    if (found === undefined) {
      this.#lose('the JSON cannot be read: a value is missing');
      return;
    }
    node.type = word === undefined ? 'number' : word === 'null' ? 'null' : 'boolean';
    node.value = cut(found);
    if (number !== undefined) node.meaning = timeOf(label, Number(number));
  }
}

/** Behind the quotation mark that ends a string; by hand, since a pattern needs memory for each character. */
function endOfString(text: string, from: number): number {
  let at = from + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return text[from] === '"' ? at + 1 : from;
}

function timeOf(label: string, value: number): string | undefined {
  const unit = SECONDS.includes(label) ? 1000 : MILLISECONDS.includes(label) ? 1 : undefined;
  const date = new Date(unit === undefined ? Number.NaN : value * unit);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}
