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

/** Items of inner lists that were read before, by their exact text with the parentheses, without the list's parameters. */
export interface KnownLists {
  get(text: string): readonly Item[] | undefined;
}

/**
 * Reads a field of the type dictionary, strictly by the algorithms of RFC 9651 §4.2; undefined if it fails.
 *
 * Where the RFC leaves a choice, the form must be canonical: base64 is padded, and its last bits are zero.
 *
 * @param text the field's lines, joined by `, `
 * @param known saves reading again what no name is in twice
 */
export function readDictionary(text: string, known?: KnownLists): Dictionary | undefined {
  const reader = new FieldReader(text, known);
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
const STRING = /"(?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*"/y;
const TOKEN = /[A-Za-z*][!#$%&'*+.^_`|~0-9A-Za-z:/-]*/y;
const BYTES = /:[A-Za-z0-9+/=]*:/y;
const BOOLEAN = /\?[01]/y;
const DATE = /@-?\d{1,15}(?![\d.])/y;
const DISPLAY_STRING = /%"(?:[\x20\x21\x23\x24\x26-\x7e]|%[0-9a-f]{2})*"/y;

/** What stands behind an item of an inner list. */
const ENDS_ITEM: ReadonlySet<string | undefined> = new Set([' ', ')']);

class FieldReader {
  readonly repeated: string[] = [];
  readonly #text: string;
  readonly #known: KnownLists | undefined;
  #at = 0;

  constructor(text: string, known?: KnownLists) {
    this.#text = text;
    this.#known = known;
  }

  dictionary(): Map<string, Member> | undefined {
    const members = new Map<string, Member>();
    const read = this.#separated(() => {
      const key = this.#take(KEY);
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
    this.#skipSpaces();
    const item = this.#item();
    this.#skipSpaces();
    return this.#at === this.#text.length ? item : undefined;
  }

  /** Members with commas between; none at all is a list too. */
  #separated<T>(read: () => T | undefined): T[] | undefined {
    const found: T[] = [];
    this.#skipSpaces();
    while (this.#at < this.#text.length) {
      const member = read();
      if (member === undefined) return undefined;
      found.push(member);
      this.#skipBlanks();
      if (this.#at === this.#text.length) return found;
      if (!this.#skip(',')) return undefined;
      this.#skipBlanks();
      if (this.#at === this.#text.length) return undefined;
    }
    return found;
  }

  #member(): Member | undefined {
    return this.#text[this.#at] === '(' ? this.#innerList() : this.#item();
  }

  #innerList(): InnerList | undefined {
    const items = this.#knownItems() ?? this.#items();
    const parameters = items && this.#parameters();
    return parameters === undefined ? undefined : { items: items as readonly Item[], parameters };
  }

  /** What is read depends on nothing behind the first `)` if the list ends there, as those that are known do. */
  #knownItems(): readonly Item[] | undefined {
    const end = this.#text.indexOf(')', this.#at) + 1;
    const items = this.#known?.get(this.#text.slice(this.#at, end));
    if (items !== undefined) this.#at = end;
    return items;
  }

  #items(): Item[] | undefined {
    this.#at += 1;
    const items: Item[] = [];
    for (;;) {
      this.#skipSpaces();
      if (this.#skip(')')) return items;
      const item = this.#item();
      if (item === undefined || !ENDS_ITEM.has(this.#text[this.#at])) return undefined;
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

  #parameters(): Parameters | undefined {
    if (this.#text[this.#at] !== ';') return NO_PARAMETERS;
    const parameters = new Map<string, BareItem>();
    while (this.#skip(';')) {
      this.#skipSpaces();
      const name = this.#take(KEY);
      const value = name !== undefined && this.#skip('=') ? this.#bareItem() : TRUE;
      if (name === undefined || value === undefined) return undefined;
      if (parameters.has(name)) this.repeated.push(name);
      parameters.set(name, value);
    }
    return parameters;
  }

  #bareItem(): BareItem | undefined {
    switch (this.#text[this.#at]) {
      case '"': {
        const text = this.#take(STRING)?.slice(1, -1);
        if (text === undefined) return undefined;
        return { type: 'string', value: text.includes('\\') ? text.replaceAll(/\\(.)/g, '$1') : text };
      }
      case ':': {
        const bytes = decodeBase64(this.#take(BYTES)?.slice(1, -1) ?? '!');
        return bytes === undefined ? undefined : { type: 'bytes', value: bytes };
      }
      case '?': {
        const bit = this.#take(BOOLEAN);
        return bit === undefined ? undefined : { type: 'boolean', value: bit === '?1' };
      }
      case '@': {
        const date = this.#take(DATE)?.slice(1);
        return date === undefined ? undefined : { type: 'date', value: Number(date) };
      }
      case '%':
        return displayString(this.#take(DISPLAY_STRING)?.slice(2, -1));
    }
    const digits = this.#take(NUMBER);
    if (digits !== undefined)
      return { type: digits.includes('.') ? 'decimal' : 'integer', value: Number(digits) };
    const token = this.#take(TOKEN);
    return token === undefined ? undefined : { type: 'token', value: token };
  }

  #skip(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }

  #skipSpaces(): void {
    while (this.#text[this.#at] === ' ') this.#at += 1;
  }

  /** Optional white space (RFC 9110 §5.6.3). */
  #skipBlanks(): void {
    while (this.#text[this.#at] === ' ' || this.#text[this.#at] === '\t') this.#at += 1;
  }

  /** What matches here. */
  #take(sticky: RegExp): string | undefined {
    const start = this.#at;
    sticky.lastIndex = start;
    if (!sticky.test(this.#text)) return undefined;
    this.#at = sticky.lastIndex;
    return this.#text.slice(start, this.#at);
  }
}

/** Of most items. */
const NO_PARAMETERS: Parameters = new Map();

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
