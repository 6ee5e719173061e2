import type { EvidenceNode } from 'attestkit/inspect';

/** A node with its place in the tree. Its id is its index in the list. */
export interface Item {
  readonly id: number;
  readonly node: EvidenceNode;
  /** From 1 on. */
  readonly level: number;
  readonly parent: number | undefined;
  /** Among its siblings, from 1 on, and how many they are. */
  readonly position: number;
  readonly siblings: number;
  /** Id of the first node that is not below this one. */
  readonly end: number;
}

/** All nodes, parents before children. It does not call itself: evidence may be nested deeper than the stack is. */
export function listNodes(root: EvidenceNode): readonly Item[] {
  const items: (Omit<Item, 'end'> & { end: number })[] = [];
  const open: {
    node: EvidenceNode;
    level: number;
    parent: number | undefined;
    position: number;
    siblings: number;
  }[] = [{ node: root, level: 1, parent: undefined, position: 1, siblings: 1 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const id = items.length;
    items.push({ ...next, id, end: id + 1 });
    const { children } = next.node;
    for (let at = children.length - 1; at >= 0; at--)
      open.push({
        node: children[at] as EvidenceNode,
        level: next.level + 1,
        parent: id,
        position: at + 1,
        siblings: children.length,
      });
  }
  for (let id = items.length - 1; id > 0; id--) {
    const { parent, end } = items[id] as Item;
    const owner = items[parent as number] as { end: number };
    owner.end = Math.max(owner.end, end);
  }
  return items;
}

/** Ids of the rows that are seen while these nodes are open. */
export function seenRows(items: readonly Item[], open: ReadonlySet<number>): readonly number[] {
  const rows: number[] = [];
  for (let id = 0; id < items.length;) {
    rows.push(id);
    id = open.has(id) ? id + 1 : (items[id] as Item).end;
  }
  return rows;
}

/** Opens two levels, and more of a small tree. */
export function openAtFirst(items: readonly Item[]): ReadonlySet<number> {
  const depth = items.length <= 60 ? Infinity : 2;
  return new Set(
    items.filter(({ level, node }) => level <= depth && node.children.length > 0).map(({ id }) => id),
  );
}

/** The node that has a byte and has no child that has less of them around it; undefined if none has it. */
export function deepestAt(items: readonly Item[], byte: number): number | undefined {
  let best: Item | undefined;
  for (const item of items) {
    const { offset, length } = item.node;
    const has = byte >= offset && byte < offset + length;
    // Members of a token have the place of their segment: then it is the segment itself.
    if (has && (best === undefined || length < best.node.length)) best = item;
  }
  return best?.id;
}

/** The nodes above one, which must be open to see it. */
export function above(items: readonly Item[], id: number): readonly number[] {
  const ids: number[] = [];
  for (let parent = items[id]?.parent; parent !== undefined; parent = items[parent]?.parent) ids.push(parent);
  return ids;
}

/** Ids of nodes in which a text stands, without regard to case. */
export function findNodes(items: readonly Item[], text: string): readonly number[] {
  const wanted = text.trim().toLowerCase();
  if (wanted === '') return [];
  return items
    .filter(({ node: { label, type, value, meaning } }) =>
      [label, type, value, meaning].some((each) => each?.toLowerCase().includes(wanted)),
    )
    .map(({ id }) => id);
}
