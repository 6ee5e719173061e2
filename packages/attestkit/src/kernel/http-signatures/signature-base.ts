import { BoundedCache } from '../bounded-cache.js';
import { componentValue, isSupported, type Departures, type SignedMessage } from './components.js';
import {
  isInnerList,
  readDictionary,
  type Dictionary,
  type Item,
  type KnownLists,
  type Parameters,
} from './structured-fields.js';
import { writeItem, writeParameters } from './write-structured-fields.js';

/** The components that a signature covers (RFC 9421 §2). */
export interface Components {
  /** In the order of the field. */
  readonly items: readonly Item[];
  /** The name of each with its parameters, in the one form: `"@query-param";name="id"`. */
  readonly ids: readonly string[];
  /** All of them in their one form, with the parentheses. */
  readonly text: string;
  /** The names of those without parameters. */
  readonly plain: ReadonlySet<string>;
  readonly areSupported: boolean;
  /** Whether none is there twice. */
  readonly areDistinct: boolean;
}

/** What one signature covers, and its parameters (RFC 9421 §2.3, §4.1). */
export interface SignatureInput {
  readonly components: Components;
  readonly parameters: Parameters;
  /** In its one form (RFC 9651 §4.1), which is what is signed: the line `@signature-params`. */
  readonly text: string;
}

/**
 * Components that came with a good signature: the signatures of one app share a few lists. Bounded; only for a caller that feeds
 * it nothing else, and no list with a name twice.
 */
export class KnownComponents implements KnownLists {
  readonly #known = new BoundedCache<readonly Item[]>(64);

  get(text: string): readonly Item[] | undefined {
    return this.#known.get(text);
  }

  remember({ items, text }: Components): void {
    if (this.#known.get(text) === undefined) this.#known.set(text, items);
  }
}

/**
 * Reads a field `Signature-Input` or `Signature`; undefined if it is not a dictionary, or has a key or a parameter twice: of two
 * readers one may take the first and one the last.
 *
 * @param lines the values of the field, one for each line
 */
export function readSignatureField(lines: readonly string[], known?: KnownLists): Dictionary | undefined {
  const field = readDictionary(lines.join(', '), known);
  return field === undefined || field.repeated.length > 0 ? undefined : field;
}

/** The input of the signature with this label; undefined if the field does not have it, or has no inner list there. */
export function signatureInput({ members }: Dictionary, label: string): SignatureInput | undefined {
  const member = members.get(label);
  if (member === undefined || !isInnerList(member)) return undefined;
  const { items, parameters } = member;
  const components = componentsOf(items);
  return { components, parameters, text: components.text + writeParameters(parameters) };
}

/** By the list that was read, which is one if it was known. */
const described = new WeakMap<readonly Item[], Components>();

function componentsOf(items: readonly Item[]): Components {
  const known = described.get(items);
  if (known !== undefined) return known;
  const ids = items.map(writeItem);
  const plain = items.filter(({ parameters }) => parameters.size === 0);
  const components: Components = {
    items,
    ids,
    text: `(${ids.join(' ')})`,
    plain: new Set(plain.map(({ item }) => String(item.value))),
    areSupported: items.every(isSupported),
    areDistinct: new Set(ids).size === ids.length,
  };
  described.set(items, components);
  return components;
}

/** A signature base (RFC 9421 §2.5), or the name of the component without which it cannot be built. */
export interface SignatureBase {
  readonly base?: string;
  readonly absent?: string;
}

/** Builds the text that is signed: a line for each component, and the line of the parameters. */
export function signatureBase(
  { components: { items, ids }, text }: SignatureInput,
  message: SignedMessage,
  departures: Departures = {},
): SignatureBase {
  let base = '';
  for (const [index, component] of items.entries()) {
    const value = componentValue(component, message, departures);
    const id = ids[index] as string;
    if (value === undefined) return { absent: id };
    base += `${id}: ${value}\n`;
  }
  return { base: `${base}"@signature-params": ${text}` };
}
