import { formsOf, hidesAll, identifiersIn } from './identifiers.js';

/** Long runs of digits in names of certificates: of one device, or of one key. */
const NUMBER_IN_NAME = /[\da-f]{14,}/gi;

/** Members with names of certificates. */
const NAMES: ReadonlySet<string> = new Set(['subject', 'issuer', 'subjects']);

/** Checks that compare identifiers: what they expect need not stand anywhere else. */
const COMPARES = /KEY_ID|CREDENTIAL|DEVICE_ID|KEY_MISMATCH|THUMBPRINT|SERIAL|CONFIRMATION|CNF|SUBJECT/;

/** What stands instead of an identifier: two that are equal have the same number. */
const hidden = (number: number): string => `[hidden ${number}]`;

/**
 * Hides the identifiers of one device in a report, also in sentences that quote them.
 *
 * @param beside more values that may have identifiers in them: what was given beside the evidence
 */
export function masked<Value>(value: Value, beside: readonly unknown[] = []): Value {
  const known = [value, ...beside].flatMap((each) => [
    ...identifiersIn(each),
    ...numbersInNames(each),
    ...quotedByChecks(each),
  ]);
  const numbers = new Map<string, number>();
  let count = 0;
  for (const identifier of new Set(known)) {
    const forms = formsOf(identifier);
    const number = forms.map((form) => numbers.get(form)).find((each) => each !== undefined) ?? ++count;
    for (const form of [identifier, ...forms]) if (!numbers.has(form)) numbers.set(form, number);
  }
  return walk(value, new Replacer(numbers)) as Value;
}

/** Replaces the longest first, so that no rest of one stays. */
class Replacer {
  readonly #numbers: ReadonlyMap<string, number>;
  readonly #forms: readonly string[];

  constructor(numbers: ReadonlyMap<string, number>) {
    this.#numbers = numbers;
    this.#forms = [...numbers.keys()]
      .filter(({ length }) => length >= 6)
      .toSorted((a, b) => b.length - a.length);
  }

  whole(text: string): string {
    return hidden(this.#numbers.get(text) ?? 0);
  }

  within(text: string): string {
    let rest = text;
    for (const form of this.#forms)
      if (rest.includes(form)) rest = rest.replaceAll(form, hidden(this.#numbers.get(form) as number));
    return rest;
  }
}

function walk(value: unknown, replacer: Replacer, name = '', isInside = false): unknown {
  if (Array.isArray(value)) return value.map((each) => walk(each, replacer, name, isInside));
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(
      Object.entries(value).map(([key, each]) => [
        // A hostile name may quote an identifier, too.
        replacer.within(key),
        walk(each, replacer, key, isInside || hidesAll(key, name, each)),
      ]),
    );
  if (isInside && (typeof value === 'string' || typeof value === 'number'))
    return value === '' ? value : replacer.whole(String(value));
  return typeof value === 'string' ? replacer.within(value) : value;
}

/** Each text below a value, with the name of its member. */
function* texts(value: unknown): Generator<readonly [name: string, text: string, owner: object | undefined]> {
  const open: { value: unknown; name: string; owner: object | undefined }[] = [
    { value, name: '', owner: undefined },
  ];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { value: each, name, owner } = next;
    if (typeof each === 'string') yield [name, each, owner];
    else if (typeof each === 'object' && each !== null)
      for (const [key, inner] of Object.entries(each))
        open.push({
          value: inner,
          name: Array.isArray(each) ? name : key,
          owner: Array.isArray(each) ? owner : each,
        });
  }
}

function numbersInNames(value: unknown): readonly string[] {
  return [...texts(value)].flatMap(([name, text]) =>
    NAMES.has(name) ? (text.match(NUMBER_IN_NAME) ?? []) : [],
  );
}

/** Values that checks of identifiers quote. */
function quotedByChecks(value: unknown): readonly string[] {
  return [...texts(value)].flatMap(([name, text, owner]) => {
    const code = owner !== undefined && 'code' in owner ? String(owner.code) : '';
    if (name !== 'detail' || !COMPARES.test(code)) return [];
    return [...text.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, quoted]) => quoted as string);
  });
}
