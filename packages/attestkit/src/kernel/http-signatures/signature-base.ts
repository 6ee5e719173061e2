import { componentValue, type Departures, type SignedMessage } from './components.js';
import {
  isInnerList,
  readDictionary,
  writeInnerList,
  writeItem,
  type Dictionary,
  type Item,
  type Parameters,
} from './structured-fields.js';

/** What one signature covers, and its parameters (RFC 9421 §2.3, §4.1). */
export interface SignatureInput {
  /** In the order of the field. */
  readonly components: readonly Item[];
  readonly parameters: Parameters;
  /** In its one form (RFC 9651 §4.1), which is what is signed: the line `@signature-params`. */
  readonly text: string;
}

/**
 * Reads a field `Signature-Input` or `Signature`; undefined if it is not a dictionary, or has a key or a parameter twice: of two
 * readers one may take the first and one the last.
 *
 * @param lines the values of the field, one for each line
 */
export function readSignatureField(lines: readonly string[]): Dictionary | undefined {
  const field = readDictionary(lines.join(', '));
  return field === undefined || field.repeated.length > 0 ? undefined : field;
}

/** The input of the signature with this label; undefined if the field does not have it, or has no inner list there. */
export function signatureInput({ members }: Dictionary, label: string): SignatureInput | undefined {
  const member = members.get(label);
  if (member === undefined || !isInnerList(member)) return undefined;
  return { components: member.items, parameters: member.parameters, text: writeInnerList(member) };
}

/** The name of a component with its parameters, in the one form: `"@query-param";name="id"`. */
export const componentId = writeItem;

/** A signature base (RFC 9421 §2.5), or the component without which there is none. */
export type SignatureBase = { readonly base: string } | { readonly absent: Item };

/** Builds the text that is signed: a line for each component, and the line of the parameters. */
export function signatureBase(
  { components, text }: SignatureInput,
  message: SignedMessage,
  departures: Departures = {},
): SignatureBase {
  const lines: string[] = [];
  for (const component of components) {
    const value = componentValue(component, message, departures);
    if (value === undefined) return { absent: component };
    lines.push(`${componentId(component)}: ${value}\n`);
  }
  return { base: `${lines.join('')}"@signature-params": ${text}` };
}
