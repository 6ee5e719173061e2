import type { JsonObject } from '../../kernel/bytes/json.js';
import type { EvidenceKindName } from '../kind-table.js';

/** What something was taken for. */
export interface Reading {
  readonly kind: EvidenceKindName;
  /** The members of an evidence file that it gives, `kind` apart. */
  readonly file: JsonObject;
  /** `an Approov token`. */
  readonly what: string;
  /** After "because": `NO_NETWORK is a word of the Approov SDK`. Undefined if the user said so. */
  readonly why: string | undefined;
  /** Members of a body that are not its own: those of the kind are taken, others are not looked at. */
  readonly beside?: JsonObject;
  /** What was left out or converted on the way, and what a server makes of it. */
  readonly notes?: readonly string[];
  /** Where members that are missing can be added: to a body that was given as JSON. Default: in a file. */
  readonly open?: boolean;
  /** A member that takes the place of another that is missing: `audience`, from which lines are made. */
  readonly instead?: Readonly<Record<string, string>>;
}

/** `an Approov token, because …` */
export function sentenceOfReading({ what, why }: Reading): string {
  return why === undefined ? what : `${what}, because ${why}`;
}

/** Characters of text, and bytes, beyond which nothing is recognized; a chain of ten certificates has 220,000. */
export const MAX_LENGTH = 300_000;
