// Why this exists: edits of the values in JSON that somebody signed, or that a service answered.

import type { Random } from '../run/random.js';
type Path = readonly (string | number)[];
export type JsonEdit = (random: Random, value: unknown) => unknown;

const VALUES = [
  null,
  true,
  false,
  0,
  -1,
  1.5,
  1e300,
  2 ** 53,
  '',
  ' ',
  '0',
  '-1',
  '1e3',
  '0x10',
  '99999999999999999999',
  'null',
  'UNKNOWN',
  'UNEVALUATED',
  'MEETS_BASIC_INTEGRITY',
  'MEETS_DEVICE_INTEGRITY ',
  '__proto__',
  'é',
  '\ud800',
  [],
  [[]],
  {},
  { a: 1 },
];

export const jsonEdits: Readonly<Record<string, JsonEdit>> = {
  'delete a member': (random, value) => atAny(random, value, () => undefined),
  'set a value': (random, value) => atAny(random, value, () => random.pick(VALUES)),
  'change a text': (random, value) =>
    atAny(random, value, (old) => {
      if (typeof old !== 'string' || old === '') return [old];
      const at = random.below(old.length);
      return random.pick([
        old.toLowerCase(),
        `${old} `,
        `${old}\0`,
        old.slice(1),
        old + old,
        `${old}=`,
        old.slice(0, at) +
          String.fromCharCode(old.charCodeAt(at) ^ (1 << random.below(7))) +
          old.slice(at + 1),
      ]);
    }),
  'change a number': (random, value) =>
    atAny(random, value, (old) => {
      const number =
        (typeof old === 'object' ? 0 : Number(old)) +
        random.pick([1, -1, 0.5, 1000, -1000, 60_001, -600_001, 2 ** 31, 1e12]);
      return typeof old === 'string' ? String(number) : number;
    }),
  'wrap a value': (random, value) =>
    atAny(random, value, (old) =>
      // An edited object may have a member `toString`, and `String` would call it.
      random.pick([
        [old],
        { value: old },
        typeof old === 'object' ? '[object]' : String(old),
        JSON.stringify(old),
        [old, old],
      ]),
    ),
  'take a value from elsewhere': (random, value) => {
    const from = random.pick(pathsOf(value));
    return atAny(random, value, () => valueAt(value, from));
  },
  'rename a member': (random, value) => {
    const text = JSON.stringify(value);
    const names = [...text.matchAll(/"(\w+)":/g)].map(([, name]) => name ?? '');
    if (names.length === 0) return value;
    const name = random.pick(names);
    const other = random.pick([
      name.toUpperCase(),
      `${name} `,
      `_${name}`,
      '__proto__',
      'constructor',
      random.pick(names),
    ]);
    return JSON.parse(text.replace(`"${name}":`, `${JSON.stringify(other)}:`));
  },
  'add a member': (random, value) =>
    atAny(random, value, (old) => {
      const name = random.pick([
        'testingDetails',
        'requestHash',
        'nonce',
        'toString',
        'hasOwnProperty',
        'x',
        'jti',
        'nbf',
      ]);
      const isObject = typeof old === 'object' && old !== null && !Array.isArray(old);
      return isObject
        ? { ...old, [name]: random.pick([...VALUES, { isTestingResponse: true }]) }
        : { [name]: old };
    }),
  'nest deep': (random, value) => {
    let nested = random.pick([1, {}, []] as unknown[]);
    const wrap = random.oneIn(2);
    for (let left = random.pick([3, 7, 8, 9, 100, 900]); left > 0; left -= 1)
      nested = wrap ? [nested] : { a: nested };
    return atAny(random, value, () => nested);
  },
  'make many': (random, value) =>
    atAny(random, value, (old) => Array.from({ length: random.pick([50, 1000, 1100]) }, () => old)),
  'make something else up': (random) => random.pick(VALUES),
};

/** Edits a value anywhere inside; one whose edit gives undefined is deleted. */
function atAny(random: Random, value: unknown, edit: (old: unknown) => unknown): unknown {
  const path = random.pick(pathsOf(value));
  const copy = structuredClone(value);
  const parent = valueAt(copy, path.slice(0, -1));
  const last = path.at(-1);
  if (last === undefined || typeof parent !== 'object' || parent === null) return edit(copy);
  const made = edit(Reflect.get(parent, last));
  if (made === undefined) Reflect.deleteProperty(parent, last);
  else Reflect.set(parent, last, made);
  return copy;
}

/** The paths of all values inside; of the root if there are none. */
function pathsOf(value: unknown): readonly Path[] {
  const below = (each: unknown, path: Path): Path[] =>
    typeof each === 'object' && each !== null
      ? Object.entries(each).flatMap(([name, inside]) => [[...path, name], ...below(inside, [...path, name])])
      : [];
  const paths = below(value, []);
  return paths.length === 0 ? [[]] : paths;
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (each, name) =>
      each === undefined || each === null ? undefined : Reflect.get(Object(each) as object, name),
    value,
  );
}
