// Why this exists: edits of the parts of an object. All lengths around a change are written anew, unless the change is to
// the lengths themselves, so that the mutant gets as deep into the verifier as it can.
import { otherForm, readSignature } from '../readers/ecdsa.js';
import { edited, partAt, pathsOf, pickPath } from '../readers/paths.js';
import { cbor, der, raw, row, type Part, type Width } from '../readers/tree.js';
import type { Random } from '../run/random.js';
import { FOREIGN_KEYS } from './foreign-keys.js';

/** `other` is another genuine object. */
export type PartEdit = (random: Random, tree: Part, other: Part) => Part;

const TAGS = [
  0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x0a, 0x0c, 0x10, 0x13, 0x17, 0x18, 0x24, 0x30, 0x31, 0x80, 0xa0, 0xa1,
  0xa3, 0x60, 0xe0,
];
const LIES = [
  1n,
  -1n,
  2n,
  -2n,
  0x80n,
  0x100n,
  0x1_0000n,
  0x7fff_ffffn,
  0xffff_ffffn,
  2n ** 53n,
  -(2n ** 53n),
  2n ** 64n - 1n,
];
const CONTENTS = [
  '',
  '00',
  '01',
  'ff',
  '80',
  '0000',
  '8000',
  '7fffffff',
  'ffffffff',
  '03000000',
  '00'.repeat(32),
  '00'.repeat(300),
];
const NUMBERS = [0n, 1n, 6n, 23n, 24n, 255n, 256n, 0xffff_ffffn, 2n ** 53n - 1n, 2n ** 53n, 2n ** 64n - 1n];
/** Members of Apple's objects, and names that code could mistake for them. */
const MEMBERS = [
  'fmt',
  'attStmt',
  'authData',
  'x5c',
  'receipt',
  'signature',
  'authenticatorData',
  'cdHash',
  'alg',
  'ver',
  '',
  'apple_validation_category_01',
  'validationCategory',
  'apple_bundle_version_01',
  'bundleVersion',
  '__proto__',
];

export const partEdits: Readonly<Record<string, PartEdit>> = {
  'change a tag': (random, tree) =>
    atAny(random, tree, (part) => {
      if (part.kind === 'cbor') return [{ ...part, major: random.below(8) }];
      const first = part.tag[0] ?? 0;
      const tag = random.pick([
        random.pick(TAGS),
        first ^ 0x20,
        first ^ 0x40,
        first ^ 0x80,
        first ^ 1,
        (first & 0xe0) | 0x1f,
      ]);
      const long = random.oneIn(4) ? [0x1f | (first & 0xe0), ...random.bytes(1 + random.below(5))] : [tag];
      return [{ ...part, kind: 'der', tag: Buffer.from(long) }];
    }),
  'write a length otherwise': (random, tree) =>
    atAny(random, tree, (part) => [{ ...part, width: random.pick(['open', 'open', 1, 2, 4, 8] as const) }]),
  'write all lengths otherwise': (random, tree) =>
    everywhere(tree, random.pick(['open', 2, 4, 'fewest'] as const)),
  'lie about a length': (random, tree) =>
    atAny(random, tree, (part) => [{ ...part, lie: random.pick(LIES) }]),
  nest: (random, tree) =>
    atAny(random, tree, (part) => {
      const depth = random.pick([1, 1, 2, 7, 8, 15, 16, 40]);
      const wrap = random.pick(WRAPS);
      let nested = part;
      for (let left = depth; left > 0; left -= 1) nested = wrap(nested);
      return [nested];
    }),
  'nest very deep': (random, tree) =>
    atAny(random, tree, () => {
      const depth = random.pick([100, 1000, 3000, 10_000]);
      const [open, close] = random.pick([
        ['3080', '0000'],
        ['2480', '0000'],
        ['a080', '0000'],
        ['81', ''],
        ['a16161', ''],
      ] as const);
      return [raw(Buffer.from(open.repeat(depth) + close.repeat(depth), 'hex'))];
    }),
  'unwrap a part': (random, tree) =>
    atAny(random, tree, ({ children, content }) => children ?? [raw(content ?? Buffer.alloc(0))]),
  'repeat a part': (random, tree) =>
    atAny(random, tree, (part) =>
      Array.from({ length: random.oneIn(100) ? 1100 : 2 + random.below(2) }, () => part),
    ),
  'delete a part': (random, tree) => atAny(random, tree, () => []),
  'change the order': (random, tree) =>
    atAnyParent(random, tree, (children, step) => {
      const [from, to] = [0, 0].map(() => step * random.below(children.length / step));
      const moved = children.slice(from, (from ?? 0) + step);
      return children.toSpliced(from ?? 0, step).toSpliced(to ?? 0, 0, ...moved);
    }),
  'swap two parts': (random, tree) => {
    const [one, other] = [pickPath(random, tree), pickPath(random, tree)];
    const parts = [one, other].map((path) => partAt(tree, path) ?? row([]));
    return edited(
      edited(tree, one, () => parts.slice(1)),
      other,
      () => parts.slice(0, 1),
    );
  },
  'repeat a member with another value': (random, tree, other) =>
    atAnyParent(random, tree, (children, step) => {
      const from = step * random.below(children.length / step);
      const member = children.slice(from, from + step);
      const decoy = [...member.slice(0, -1), random.oneIn(2) ? anyPart(random, other) : odd(random)];
      return children.toSpliced(random.oneIn(2) ? from : from + step, 0, ...decoy);
    }),
  'add a member': (random, tree, other) =>
    atAnyParent(random, tree, (children, step) => {
      const value = random.pick([odd(random), anyPart(random, other), anyPart(random, tree)]);
      const at = step * random.below(children.length / step + 1);
      return children.toSpliced(at, 0, ...(step === 2 ? [name(random)] : []), value);
    }),
  'set a value': (random, tree) => atAny(random, tree, (part) => [valued(random, part)]),
  'take the same part of another': (random, tree, other) => {
    const path = pickPath(random, tree);
    const part = partAt(other, path);
    return part === undefined ? tree : edited(tree, path, () => [part]);
  },
  'take any part of another': (random, tree, other) => atAny(random, tree, () => [anyPart(random, other)]),
  'split into pieces': (random, tree) =>
    atOne(random, tree, isOctets, (part) => {
      const sizes = Array.from({ length: 1 + random.below(4) }, () =>
        random.pick([0, 1, 2, 127, 128, 999, 1000, 1001, 5000]),
      );
      const tag = Buffer.of(random.oneIn(20) ? 0x04 : 0x24);
      return [
        {
          ...part,
          kind: 'pieces',
          tag,
          sizes,
          width: random.pick(['open', 'fewest', 4] as const),
        },
      ];
    }),
  'put in another key': (random, tree) => atOne(random, tree, isKey, () => [random.pick(FOREIGN_KEYS)]),
  'write a signature in its other form': (random, tree) =>
    atOne(
      random,
      tree,
      (part) => readSignature(part) !== undefined,
      (part) => [otherForm(part) ?? part],
    ),
};

const WRAPS: readonly ((part: Part) => Part)[] = [
  (part) => cbor(4, { children: [part] }),
  (part) => cbor(5, { children: [cbor(3, { content: Buffer.from('a') }), part] }),
  (part) => cbor(2, { children: [part] }),
  (part) => cbor(6, { argument: 24n, children: [part] }),
  (part) => der(0x30, { children: [part] }),
  (part) => der(0x31, { children: [part], width: 'open' }),
  (part) => der(0xa0, { children: [part] }),
  (part) => der(0x04, { children: [part] }),
  (part) => der(0x24, { children: [part], width: 'open' }),
];

function atAny(random: Random, tree: Part, edit: (part: Part) => readonly Part[]): Part {
  return edited(tree, pickPath(random, tree), edit);
}

function atOne(
  random: Random,
  tree: Part,
  fits: (part: Part) => boolean,
  edit: (part: Part) => readonly Part[],
): Part {
  const paths = pathsOf(tree).filter((path) => fits(partAt(tree, path) ?? row([])));
  return paths.length === 0 ? tree : edited(tree, random.pick(paths), edit);
}

/** Edits the children of a part that has some; in a map, two children are one member. */
function atAnyParent(
  random: Random,
  tree: Part,
  edit: (children: readonly Part[], step: number) => readonly Part[],
): Part {
  let path = pickPath(random, tree);
  while (path.length > 1 && !partAt(tree, path)?.children?.length) path = path.slice(0, -1);
  return edited(tree, path, (part) => {
    const step = part.kind === 'cbor' && part.major === 5 ? 2 : 1;
    return [part.children?.length ? { ...part, children: edit(part.children, step) } : part];
  });
}

/** The part with all its lengths written in another form. */
function everywhere(part: Part, width: Width): Part {
  const children = part.children?.map((child) => everywhere(child, width));
  const isOpen = width === 'open' && part.kind === 'der' && ((part.tag[0] ?? 0) & 0x20) === 0;
  return { ...part, children, width: isOpen ? part.width : width };
}

function anyPart(random: Random, tree: Part): Part {
  return partAt(tree, pickPath(random, tree)) ?? row([]);
}

/** A key of a map, seldom of another type than text. */
function name(random: Random): Part {
  const content = Buffer.from(random.pick(MEMBERS));
  return random.oneIn(8)
    ? random.pick([cbor(0, { argument: 1n }), cbor(2, { content }), raw(Buffer.of(0xf6))])
    : cbor(3, { content });
}

/** A value that fits nowhere. */
function odd(random: Random): Part {
  const content = Buffer.from(random.pick(CONTENTS), 'hex');
  return random.pick([
    cbor(random.below(2), { argument: random.pick(NUMBERS) }),
    cbor(2, { content }),
    cbor(3, { content: random.oneIn(4) ? content : Buffer.from(random.pick(MEMBERS)) }),
    cbor(4, { children: [] }),
    cbor(5, { children: [] }),
    raw(Buffer.of(random.pick([0xf4, 0xf5, 0xf6, 0xf7, 0xff]))),
    raw(Buffer.from('fb7ff0000000000000', 'hex')),
    der(0x04, { content }),
    der(0x05, { content: Buffer.alloc(0) }),
    der(0x30, { children: [] }),
  ]);
}

/** The part with another value. */
function valued(random: Random, part: Part): Part {
  if (part.kind === 'cbor' && part.major < 2)
    return { ...part, major: random.below(2), argument: random.pick(NUMBERS) };
  return { ...part, content: Buffer.from(random.pick(CONTENTS), 'hex'), children: undefined };
}

function isOctets({ kind, tag }: Part): boolean {
  return kind === 'pieces' || (kind === 'der' && tag[0] === 0x04);
}

/** A SubjectPublicKeyInfo: the one sequence of a certificate whose second and last element is a bit string. */
function isKey({ tag, children }: Part): boolean {
  const [algorithm, key, more] = children ?? [];
  return tag[0] === 0x30 && algorithm?.tag[0] === 0x30 && key?.tag[0] === 0x03 && more === undefined;
}
