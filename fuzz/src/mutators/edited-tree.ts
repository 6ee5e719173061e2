// Why this exists: an edit of bytes is as useful on one part of an object as on the whole of it.
import { edited, partAt, pickPath, type Path } from '../readers/paths.js';
import { encode, raw, row, type Part } from '../readers/tree.js';
import type { Random } from '../run/random.js';
import { byteEdits } from './byte-edits.js';
import { partEdits } from './part-edits.js';

/** The names of all edits, those of bytes first. */
export const EDIT_NAMES = [...Object.keys(byteEdits), ...Object.keys(partEdits)];

/**
 * The tree after the edit with this name: an edit of parts anywhere in it, or an edit of bytes on the part that `pick`
 * chooses. `other` is another genuine object. Without such an edit the tree stays as it is.
 */
export function editedTree(
  random: Random,
  name: string,
  tree: Part,
  other: Part,
  pick: (random: Random, tree: Part) => Path = pickPath,
): Part {
  const edit = byteEdits[name];
  if (edit === undefined) return partEdits[name]?.(random, tree, other) ?? tree;
  const path = pick(random, tree);
  const same = encode(partAt(other, path) ?? other);
  return edited(tree, path, (part) => [raw(edit(random, encode(part), same))]);
}

/** Makes any of these edits to a part, except for one part in twenty. For what is signed afterwards. */
export function anyEdit(
  random: Random,
  names: readonly string[],
  other: Part,
  pick: (random: Random, tree: Part) => Path = pickPath,
): (part: Part) => readonly Part[] {
  return (part) =>
    random.oneIn(20) ? [part] : [editedTree(random, random.pick(names), row([part]), other, pick)];
}
