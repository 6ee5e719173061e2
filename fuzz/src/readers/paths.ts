// Why this exists: an edit needs a place in the tree, and the tree with something else there.
import type { Random } from '../run/random.js';
import { row, type Part } from './tree.js';

/** Indexes of children, from the root down. */
export type Path = readonly number[];

const allPaths = new WeakMap<Part, readonly Path[]>();

/** The paths of all parts below the root. */
export function pathsOf(root: Part): readonly Path[] {
  const known = allPaths.get(root);
  if (known !== undefined) return known;
  const below = (part: Part, path: Path): Path[] =>
    (part.children ?? []).flatMap((child, index) => [[...path, index], ...below(child, [...path, index])]);
  const paths = below(root, []);
  allPaths.set(root, paths);
  return paths;
}

/** Any part: all with the same chance, or by a walk from the root, which finds the few great ones more often. */
export function pickPath(random: Random, root: Part): Path {
  if (random.oneIn(2)) return random.pick(pathsOf(root)) ?? [];
  const path: number[] = [];
  for (let part = root; part.children !== undefined && part.children.length > 0;) {
    const index = random.below(part.children.length);
    path.push(index);
    part = part.children[index] as Part;
    if (random.oneIn(5)) break;
  }
  return path;
}

export function partAt(root: Part, path: Path): Part | undefined {
  let part: Part | undefined = root;
  for (const index of path) part = part?.children?.[index];
  return part;
}

/** The same tree with other parts, any number of them, instead of one. */
export function edited(root: Part, path: Path, edit: (part: Part) => readonly Part[]): Part {
  const [index, ...rest] = path;
  const children = root.children ?? [];
  if (index === undefined) return row(edit(root));
  const child = children[index];
  if (child === undefined) return root;
  const after = rest.length === 0 ? edit(child) : [edited(child, rest, edit)];
  return { ...root, children: children.toSpliced(index, 1, ...after) };
}
