import { decodeBase64 } from '../bytes/base64.js';

/** A bare item (RFC 9651 §3.3). */
export type BareItem =
  | { readonly type: 'integer' | 'decimal' | 'date'; readonly value: number }
  | { readonly type: 'string' | 'token' | 'display-string'; readonly value: string }
  | { readonly type: 'bytes'; readonly value: Uint8Array }
  | { readonly type: 'boolean'; readonly value: boolean };

/** By name, in the order in which each name came first (RFC 9651 §3.1.2). */
export type Parameters = ReadonlyMap<string, BareItem>;

/** An item with its parameters (RFC 9651 §3.3). */
export interface Item {
  readonly item: BareItem;
  readonly parameters: Parameters;
}

/** An inner list with its parameters (RFC 9651 §3.1.1). */
export interface InnerList {
  readonly items: readonly Item[];
  readonly parameters: Parameters;
}

export type Member = Item | InnerList;

/** A dictionary (RFC 9651 §3.2), in the order in which each key came first. */
export interface Dictionary {
  readonly members: ReadonlyMap<string, Member>;
  /**
   * Keys, and names of parameters, that are there more than once. The last one counts (RFC 9651 §4.2), and not every reader
   * does so: a caller that trusts no other reader refuses them.
   */
  readonly repeated: readonly string[];
}

/**
 * Reads a field of the type dictionary, strictly by the algorithms of RFC 9651 §4.2; undefined if it fails.
 *
 * Where the RFC leaves a choice, the form must be canonical: base64 is padded, and its last bits are zero.
 *
 * @param text the field's lines, joined by `, `
 */
export function readDictionary(text: string): Dictionary | undefined {
  const reader = new FieldReader(text);
  const members = reader.dictionary();
  return members === undefined ? undefined : { members, repeated: reader.repeated };
}

/** The same of a field of the type list (RFC 9651 §3.1). */
export function readList(text: string): readonly Member[] | undefined {
  return new FieldReader(text).list();
}

/** The same of a field of the type item (RFC 9651 §3.3). */
export function readItem(text: string): Item | undefined {
  return new FieldReader(text).soleItem();
}

export function isInnerList(member: Member): member is InnerList {
  return 'items' in member;
}

const KEY = /[a-z*][a-z0-9_.*-]*/y;
/** At most 15 digits, or 12 and 3 (RFC 9651 §4.2.4). */
const NUMBER = /-?(?:\d{1,12}\.\d{1,3}|\d{1,15})(?![\d.])/y;
const STRING = /"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"/y;
const TOKEN = /[A-Za-z*][!#$%&'*+.^_`|~0-9A-Za-z:/-]*/y;
const BYTES = /:([A-Za-z0-9+/=]*):/y;
const BOOLEAN = /\?([01])/y;
const DATE = /@(-?\d{1,15})(?![\d.])/y;
const DISPLAY_STRING = /%"((?:[\x20\x21\x23\x24\x26-\x7e]|%[0-9a-f]{2})*)"/y;

const SPACES = / */y;
/** Optional white space (RFC 9110 §5.6.3). */
const OPTIONAL_SPACE = /[ \t]*/y;

class FieldReader {
  readonly repeated: string[] = [];
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  dictionary(): Map<string, Member> | undefined {
    const members = new Map<string, Member>();
    const read = this.#separated(() => {
      const key = this.#take(KEY)?.[0];
      if (key === undefined) return undefined;
      if (members.has(key)) this.repeated.push(key);
      const member = this.#skip('=') ? this.#member() : this.#withParameters(TRUE);
      if (member === undefined) return undefined;
      members.set(key, member);
      return member;
    });
    return read === undefined ? undefined : members;
  }

  list(): Member[] | undefined {
    return this.#separated(() => this.#member());
  }

  soleItem(): Item | undefined {
    this.#take(SPACES);
    const item = this.#item();
    this.#take(SPACES);
    return this.#at === this.#text.length ? item : undefined;
  }

  /** Members with commas between; none at all is a list too. */
  #separated<T>(read: () => T | undefined): T[] | undefined {
    const found: T[] = [];
    this.#take(SPACES);
    while (this.#at < this.#text.length) {
      const member = read();
      if (member === undefined) return undefined;
      found.push(member);
      this.#take(OPTIONAL_SPACE);
      if (this.#at === this.#text.length) return found;
      if (!this.#skip(',')) return undefined;
      this.#take(OPTIONAL_SPACE);
      if (this.#at === this.#text.length) return undefined;
    }
    return found;
  }

  #member(): Member | undefined {
    return this.#text[this.#at] === '(' ? this.#innerList() : this.#item();
  }

  #innerList(): InnerList | undefined {
    this.#at += 1;
    const items: Item[] = [];
    for (;;) {
      this.#take(SPACES);
      if (this.#skip(')')) {
        const parameters = this.#parameters();
        return parameters === undefined ? undefined : { items, parameters };
      }
      const item = this.#item();
      if (item === undefined || !/^[ )]/.test(this.#text.slice(this.#at, this.#at + 1))) return undefined;
      items.push(item);
    }
  }

  #item(): Item | undefined {
    const item = this.#bareItem();
    return item === undefined ? undefined : this.#withParameters(item);
  }

  #withParameters(item: BareItem): Item | undefined {
    const parameters = this.#parameters();
    return parameters === undefined ? undefined : { item, parameters };
  }

  #parameters(): Map<string, BareItem> | undefined {
    const parameters = new Map<string, BareItem>();
    while (this.#skip(';')) {
      this.#take(SPACES);
      const name = this.#take(KEY)?.[0];
      const value = name !== undefined && this.#skip('=') ? this.#bareItem() : TRUE;
      if (name === undefined || value === undefined) return undefined;
      if (parameters.has(name)) this.repeated.push(name);
      parameters.set(name, value);
    }
    return parameters;
  }

  #bareItem(): BareItem | undefined {
    const first = this.#text.charAt(this.#at);
    if (first === '"') {
      const text = this.#take(STRING)?.[1];
      return text === undefined ? undefined : { type: 'string', value: text.replaceAll(/\\(.)/g, '$1') };
    }
    if (first === ':') {
      const bytes = decodeBase64(this.#take(BYTES)?.[1] ?? '!');
      return bytes === undefined ? undefined : { type: 'bytes', value: bytes };
    }
    if (first === '?') {
      const bit = this.#take(BOOLEAN)?.[1];
      return bit === undefined ? undefined : { type: 'boolean', value: bit === '1' };
    }
    if (first === '@') {
      const date = this.#take(DATE)?.[1];
      return date === undefined ? undefined : { type: 'date', value: Number(date) };
    }
    if (first === '%') return displayString(this.#take(DISPLAY_STRING)?.[1]);
    if (/[-\d]/.test(first)) {
      const digits = this.#take(NUMBER)?.[0];
      if (digits === undefined) return undefined;
      return { type: digits.includes('.') ? 'decimal' : 'integer', value: Number(digits) };
    }
    const token = this.#take(TOKEN)?.[0];
    return token === undefined ? undefined : { type: 'token', value: token };
  }

  #skip(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }

  #take(sticky: RegExp): RegExpExecArray | undefined {
    sticky.lastIndex = this.#at;
    const match = sticky.exec(this.#text) ?? undefined;
    if (match !== undefined) this.#at += match[0].length;
    return match;
  }
}

const TRUE: BareItem = { type: 'boolean', value: true };

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function displayString(encoded: string | undefined): BareItem | undefined {
  if (encoded === undefined) return undefined;
  const octets = encoded.replaceAll(/%(..)/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  try {
    return { type: 'display-string', value: UTF8.decode(Buffer.from(octets, 'latin1')) };
  } catch {
    return undefined;
  }
}

/** Writes an inner list in its one form (RFC 9651 §4.1.1.1). */
export function writeInnerList({ items, parameters }: InnerList): string {
  return `(${items.map(writeItem).join(' ')})${writeParameters(parameters)}`;
}

/** Writes an item in its one form (RFC 9651 §4.1.3). */
export function writeItem({ item, parameters }: Item): string {
  return writeBareItem(item) + writeParameters(parameters);
}

function writeParameters(parameters: Parameters): string {
  return [...parameters]
    .map(([name, value]) => `;${name}${isTrue(value) ? '' : `=${writeBareItem(value)}`}`)
    .join('');
}

function isTrue({ type, value }: BareItem): boolean {
  return type === 'boolean' && value === true;
}

const ESCAPED = /["\\]/;

function writeBareItem(item: BareItem): string {
  switch (item.type) {
    case 'integer':
    case 'token':
      return String(item.value);
    case 'decimal':
      return item.value.toFixed(3).replace(/0{1,2}$/, '');
    case 'string':
      return `"${ESCAPED.test(item.value) ? item.value.replaceAll(/["\\]/g, String.raw`\$&`) : item.value}"`;
    case 'bytes':
      return `:${Buffer.from(item.value).toString('base64')}:`;
    case 'boolean':
      return item.value ? '?1' : '?0';
    case 'date':
      return `@${item.value}`;
    case 'display-string':
      return `%"${writeDisplayString(item.value)}"`;
  }
}

function writeDisplayString(text: string): string {
  return [...Buffer.from(text, 'utf8')]
    .map((octet) =>
      octet < 0x20 || octet > 0x7e || octet === 0x25 || octet === 0x22
        ? `%${octet.toString(16).padStart(2, '0')}`
        : String.fromCharCode(octet),
    )
    .join('');
}
