import type { EvidenceKindName, EvidencePart } from 'attestkit/inspect';
import { KIND_NAMES } from '../../../../attestkit/src/inspect/kind-table.js';
import type { Inspected } from '../../../../gateway/src/shapes/inspect.js';
import { masked } from './mask.js';

/** An inspection that has a report. */
export type Reported = Extract<Inspected, { readonly report: unknown }>;

/** A report as a file. */
export interface SavedFile {
  readonly attestkit: 'inspection';
  readonly version: 1;
  /** ISO 8601. */
  readonly savedAt: string;
  /** Whether identifiers are hidden, and bytes and evidence left out. */
  readonly masked: boolean;
  readonly inspected: Reported;
  /** Only if it is not masked. */
  readonly evidence?: { readonly text: string } | { readonly base64: string };
}

/** What can be saved. */
export interface ToSave {
  readonly inspected: Reported;
  readonly evidence: SavedFile['evidence'];
  /** What was given beside the evidence: identifiers in it are hidden too, and it is never saved. */
  readonly members: Readonly<Record<string, unknown>>;
}

/**
 * Makes the file of a report.
 *
 * @param isWhole with identifiers of the device, bytes and evidence
 * @param now milliseconds since the epoch
 */
export function savedFile(
  { inspected, evidence, members }: ToSave,
  isWhole: boolean,
  now: number,
): SavedFile {
  const head = { attestkit: 'inspection', version: 1, savedAt: new Date(now).toISOString() } as const;
  if (isWhole) return { ...head, masked: false, inspected, ...(evidence && { evidence }) };
  const { report, read, explained, parts } = inspected;
  const file = evidence !== undefined && 'text' in evidence ? jsonOf(evidence.text) : undefined;
  const shown = masked({ report, parts: parts.map(withoutBytes) }, [members, file]);
  return { ...head, masked: true, inspected: { read, explained, ...shown } };
}

/** A certificate is still drawn; its bytes are gone. */
function withoutBytes({ name, encoding, certificate }: EvidencePart): EvidencePart {
  return { name, encoding, bytes: '', root: undefined, problem: undefined, certificate };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Of a saved report, with the bytes of 1 MiB of evidence in it. Larger files are not read. */
export const MOST_SAVED = 32 * 1_048_576;

/** Whether a text is a saved report, or says that it is. */
export function looksSaved(text: string): boolean {
  return /^\s*\{\s*"attestkit":\s*"inspection"/.test(text);
}

/**
 * Reads a saved report. Anybody may have written it: members of another type are refused, so that no view meets them.
 *
 * @returns what is wrong with it, as a sentence, if it cannot be shown
 */
export function readSaved(text: string): SavedFile | string {
  const file = jsonOf(text);
  if (!isObject(file) || file['attestkit'] !== 'inspection') return 'This is not a saved report.';
  if (file['version'] !== 1) return 'This report was saved by a newer inspector. Open it with that one.';
  const { inspected } = file;
  const isShown =
    isObject(inspected) &&
    isReport(inspected['report']) &&
    isListOf(inspected['explained'], isExplained) &&
    isListOf(inspected['parts'], isPart) &&
    isObject(inspected['read']) &&
    typeof inspected['read']['title'] === 'string' &&
    Array.isArray(inspected['read']['takes']);
  if (!isShown) return 'This saved report is damaged: save it again.';
  const { savedAt, masked: isMasked } = file;
  return {
    attestkit: 'inspection',
    version: 1,
    savedAt: typeof savedAt === 'string' && !Number.isNaN(Date.parse(savedAt)) ? savedAt : '',
    masked: isMasked === true,
    inspected: inspected as unknown as Reported,
  };
}

type JsonObject = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isListOf(value: unknown, is: (each: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(is);
}

/** Whether members are texts, or absent if a question mark allows it: `value?`. */
function hasTexts(value: JsonObject, ...names: readonly string[]): boolean {
  return names.every((name) => {
    const member = value[name.replace('?', '')];
    return typeof member === 'string' || (name.endsWith('?') && member === undefined);
  });
}

const isText = (value: unknown): boolean => typeof value === 'string';

function isReport(value: unknown): boolean {
  if (!isObject(value) || !KIND_NAMES.includes(value['kind'] as EvidenceKindName)) return false;
  const { verdict, checks, at, notes = [], notChecked, code } = value;
  return (
    isText(at) &&
    !Number.isNaN(Date.parse(at as string)) &&
    hasTexts(value, 'readAs?', 'cause?', 'remedy?') &&
    // What a report says is an object, or absent: the page looks into it.
    [value['result'], value['unverified']].every((each) => each === undefined || isObject(each)) &&
    (checks as readonly unknown[] | undefined)?.length !== 0 &&
    isListOf(notes, isText) &&
    isListOf(notChecked, isText) &&
    isListOf(
      checks,
      (each) =>
        isObject(each) && typeof each['ok'] === 'boolean' && hasTexts(each, 'name', 'code', 'spec', 'detail'),
    ) &&
    // A verdict that its own checks deny is not shown.
    (verdict === 'pass'
      ? (checks as readonly { ok: boolean }[]).every(({ ok }) => ok)
      : verdict === 'fail' && isText(code) && (checks as readonly { ok: boolean }[]).some(({ ok }) => !ok))
  );
}

function isExplained(value: unknown): boolean {
  return isObject(value) && hasTexts(value, 'code', 'name', 'stage', 'says', 'spec', 'cause', 'remedy');
}

const NUMBERS = ['offset', 'length', 'header'];

function isNode(root: unknown): boolean {
  const open: unknown[] = [root];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (!isObject(node) || !hasTexts(node, 'label', 'type', 'value?', 'meaning?')) return false;
    if (!NUMBERS.every((name) => Number.isSafeInteger((node as JsonObject)[name]))) return false;
    const { children } = node;
    if (!Array.isArray(children)) return false;
    for (const child of children) open.push(child ?? null);
  }
  return true;
}

function isPart(value: unknown): boolean {
  if (!isObject(value) || !hasTexts(value, 'name', 'encoding', 'bytes', 'problem?')) return false;
  const { root, certificate } = value;
  return (
    (root === undefined || isNode(root)) &&
    (certificate === undefined ||
      (isObject(certificate) &&
        hasTexts(
          certificate,
          'subject',
          'issuer',
          'notBefore',
          'notAfter',
          'serialNumber',
          'key',
          'root?',
          'pin',
        ) &&
        (certificate['signedBy'] === undefined || Number.isSafeInteger(certificate['signedBy']))))
  );
}
