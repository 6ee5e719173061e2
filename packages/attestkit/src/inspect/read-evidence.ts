import { isJsonObject, type JsonObject } from '../kernel/bytes/json.js';
import { fileOf, membersOfKind } from './inspect-evidence.js';
import { KINDS, titleOf, type EvidenceKindName, type Need } from './kind-table.js';
import { MADE_OF } from './recognize/missing.js';
import { sentenceOfReading, type Reading } from './recognize/reading.js';
import { recognize } from './recognize/recognize.js';

/** What evidence was read as. Nothing of it is verified. */
export interface EvidenceReading {
  readonly kind: EvidenceKindName;
  /** `App Attest attestation` */
  readonly title: string;
  /** What the evidence was read as, and because of what; absent if it says its kind itself, or the caller did. */
  readonly readAs?: string;
  /** What was left out of the evidence as it was given, or converted. */
  readonly notes: readonly string[];
  /** The members of an evidence file that it gives, without `kind`. */
  readonly file: Readonly<Record<string, unknown>>;
  /** Members that the kind takes, with those that it needs first. */
  readonly takes: readonly {
    readonly member: string;
    /** What to give; absent if the member is optional. */
    readonly give?: string;
    /** Other members of which one is enough. */
    readonly or?: readonly string[];
    /** Whether the evidence has it, or one that is enough instead. */
    readonly given: boolean;
  }[];
}

/** How evidence is read. */
export interface ReadEvidenceOptions {
  /** What the evidence is, if it does not say so itself. Default: what it is recognized as. */
  readonly kind?: EvidenceKindName;
  /** Members of an evidence file that the evidence does not have; or has, and these are meant instead. */
  readonly members?: Readonly<Record<string, unknown>>;
}

/**
 * Says what evidence is, without verifying it: `inspectEvidence({ kind, ...file })` inspects the same. To add what is missing, give
 * it as `members` here: a member can be made of others, such as the signed lines of `audience` and a body.
 *
 * @param evidence what `inspectEvidence` takes: an evidence file, or what people paste, 1 MiB at most
 * @throws EvidenceError if there is nothing to inspect, as `inspectEvidence` does
 * @example
 * const { kind, title, file, takes } = readEvidence(text);
 * const missing = takes.filter(({ give, given }) => give !== undefined && !given);
 * if (missing.length === 0) console.log(inspectEvidence({ kind, ...file }));
 * else console.log(`${title} needs ${missing.map(({ member }) => member).join(', ')}`);
 */
export function readEvidence(evidence: unknown, options: ReadEvidenceOptions = {}): EvidenceReading {
  const given = Object.entries(options.members ?? {}).filter(([, value]) => value !== undefined);
  const first = recognize(evidence, options.kind);
  const { reading, members } =
    first.open === true ? inBody(evidence, first, given) : { reading: first, members: given };
  const { kind } = reading;
  const { file: own, notes } = fileOf(reading);
  const file: Record<string, unknown> = { ...own, ...Object.fromEntries(members) };
  // A token and its verdict are two forms of one thing: the one that was added counts.
  if (kind === 'play-integrity' && members.some(([name]) => name === 'payload')) delete file['token'];
  return {
    kind,
    title: titleOf(kind),
    ...(reading.why !== undefined && { readAs: sentenceOfReading(reading) }),
    notes,
    file,
    takes: takesOf(reading, file),
  };
}

type Entries = readonly (readonly [name: string, value: unknown])[];

/**
 * Reads a body again with members beside its own, of which others can be made: the signed lines, what a verdict is compared with.
 *
 * @returns also the members that share a name with one in the body, which means another thing there
 */
function inBody(
  evidence: unknown,
  { kind, why }: Reading,
  given: Entries,
): { readonly reading: Reading; readonly members: Entries } {
  const body: JsonObject = isJsonObject(evidence) ? evidence : parsed(evidence);
  const isApart = ([name]: readonly [string, unknown]): boolean =>
    Object.hasOwn(body, name) || EVIDENCE.includes(name);
  const beside = given.filter((each) => !isApart(each));
  const reading = recognize({ ...Object.fromEntries(beside), ...body }, kind);
  const members = given.filter((each) => isApart(each) && membersOfKind(kind).includes(each[0]));
  return { reading: { ...reading, why }, members };
}

/** Members of files that are evidence in bodies. */
const EVIDENCE: readonly string[] = ['attestation', 'assertion', 'signature'];

function parsed(evidence: unknown): JsonObject {
  const text = evidence instanceof Uint8Array ? Buffer.from(evidence).toString('utf8') : String(evidence);
  return JSON.parse(text.trim()) as JsonObject;
}

function takesOf({ kind, instead = {} }: Reading, file: JsonObject): EvidenceReading['takes'] {
  const needs: readonly Need[] = KINDS[kind].needs;
  const has = (member: string): boolean => file[member] !== undefined;
  const needed = needs.map(([[first = '', ...or], give]) => {
    const given = [first, ...or].some(has);
    const member = instead[first] ?? first;
    // A member of the body stands for the one that is made of it, which can be given too.
    if (member !== first && !given)
      return { member, give: MADE_OF[member] ?? give, or: [first, ...or], given };
    return { member: first, give, ...(or.length > 0 && { or }), given };
  });
  const optional = membersOfKind(kind).filter((member) => !needed.some((each) => each.member === member));
  return [...needed, ...optional.map((member) => ({ member, given: has(member) }))];
}
