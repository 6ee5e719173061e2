import { isJsonObject, type JsonObject } from '../../kernel/bytes/json.js';
import { MAX_LENGTH, type Reading } from './reading.js';

/** The one member of Google's answer (REST, `decodeIntegrityToken`). */
const PAYLOAD = 'tokenPayloadExternal';

/** How often something may be wrapped. */
const DEEPEST = 6;

/** A verdict, and what it was taken out of. */
export interface Unwrapped {
  readonly payload: unknown;
  /** `data`, `JSON text`, from the outside in. */
  readonly path: readonly string[];
}

/**
 * The verdict in Google's answer: plain, as JSON text, in `data` as HTTP clients wrap it, in a list of one, or several of
 * these. Undefined if there is no answer in it. An answer has nothing but its one member.
 */
function unwrapAnswer(given: unknown): Unwrapped | undefined {
  const path: string[] = [];
  let value = given;
  for (let depth = 0; depth < DEEPEST; depth += 1) {
    const parsed = jsonIn(value);
    if (parsed !== undefined) {
      path.push('JSON text');
      value = parsed;
    } else if (Array.isArray(value) && value.length === 1) {
      path.push('a list');
      value = value[0];
    } else if (!isJsonObject(value)) {
      return undefined;
    } else if (Object.hasOwn(value, PAYLOAD)) {
      if (Object.keys(value).length > 1) return undefined;
      return payloadIn(value[PAYLOAD], [...path, PAYLOAD]);
    } else if (Object.hasOwn(value, 'data')) {
      path.push('data');
      value = value['data'];
    } else {
      return undefined;
    }
  }
  return undefined;
}

/** What a file gives as payload: an answer, or a verdict, which may be JSON text too. Any other value is given back as it is. */
export function verdictIn(given: unknown): Unwrapped {
  const unwrapped = unwrapAnswer(given);
  if (unwrapped !== undefined) return unwrapped;
  const parsed = jsonIn(given);
  return isJsonObject(parsed) ? { payload: parsed, path: ['JSON text'] } : { payload: given, path: [] };
}

/** The payload may be text itself. */
function payloadIn(value: unknown, path: readonly string[]): Unwrapped {
  const parsed = jsonIn(value);
  return parsed === undefined ? { payload: value, path } : { payload: parsed, path: [...path, 'JSON text'] };
}

/** What a text of JSON says; undefined for anything else. */
function jsonIn(value: unknown): unknown {
  if (typeof value !== 'string' || value.length > MAX_LENGTH) return undefined;
  if (!/^\s*[{["]/.test(value)) return undefined;
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}

/** Members of an evidence file that may stand beside a pasted answer. */
const BESIDE = ['expect', 'policy', 'at'];

/** What Google answered, pasted as it is; undefined for anything else. */
export function readAnswer(given: unknown): Reading | undefined {
  const { answer, beside } = apart(given);
  const unwrapped = unwrapAnswer(answer);
  if (unwrapped !== undefined)
    return {
      kind: 'play-integrity',
      file: { payload: unwrapped.payload, ...beside },
      what: 'Google’s answer about a Play Integrity token',
      why: `it has ${PAYLOAD}`,
      notes: notesOn(unwrapped),
    };
  if (!isJsonObject(answer) || !isVerdict(answer)) return undefined;
  return {
    kind: 'play-integrity',
    file: { payload: answer, ...beside },
    what: 'a Play Integrity verdict',
    why: 'it has requestDetails and appIntegrity or deviceIntegrity',
  };
}

/** What an answer was taken out of; empty for a form that the verifier takes too. */
export function notesOn({ path }: Unwrapped): readonly string[] {
  return path.length === 0 || path.join() === PAYLOAD
    ? []
    : [`The verdict was taken out of ${path.join(', ')}. A server takes it alone.`];
}

function isVerdict(value: JsonObject): boolean {
  const has = (name: string): boolean => Object.hasOwn(value, name);
  return has('requestDetails') && (has('appIntegrity') || has('deviceIntegrity'));
}

function apart(given: unknown): { readonly answer: unknown; readonly beside: JsonObject } {
  if (!isJsonObject(given)) return { answer: given, beside: {} };
  const entries = Object.entries(given);
  return {
    answer: Object.fromEntries(entries.filter((each) => !isBeside(each))),
    beside: Object.fromEntries(entries.filter(isBeside)),
  };
}

function isBeside([name]: [string, unknown]): boolean {
  return BESIDE.includes(name);
}
