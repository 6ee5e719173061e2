import type { Item } from './node-list.js';

/** What a key does to a tree. */
export interface TreeMove {
  readonly select?: number;
  readonly open?: number;
  readonly close?: number;
}

/** The tree that a key was pressed in. */
export interface TreeState {
  readonly items: readonly Item[];
  /** Ids that are seen, in order. */
  readonly rows: readonly number[];
  readonly open: ReadonlySet<number>;
  readonly selected: number;
  /** Rows of a page. */
  readonly page: number;
}

/** The keys of a tree (WAI-ARIA Authoring Practices, tree view); undefined for a key that does nothing here. */
export function moveInTree(key: string, state: TreeState): TreeMove | undefined {
  const { items, rows, open, selected, page } = state;
  const at = rows.indexOf(selected);
  const item = items[selected];
  if (item === undefined || at === -1) return rows[0] === undefined ? undefined : { select: rows[0] };
  const hasChildren = item.node.children.length > 0;
  const to = (row: number): TreeMove => ({
    select: rows[Math.min(rows.length - 1, Math.max(0, row))] as number,
  });
  switch (key) {
    case 'ArrowDown':
      return to(at + 1);
    case 'ArrowUp':
      return to(at - 1);
    case 'PageDown':
      return to(at + page);
    case 'PageUp':
      return to(at - page);
    case 'Home':
      return to(0);
    case 'End':
      return to(rows.length - 1);
    case 'ArrowRight':
      if (!hasChildren) return {};
      return open.has(selected) ? { select: selected + 1 } : { open: selected };
    case 'ArrowLeft':
      if (hasChildren && open.has(selected)) return { close: selected };
      return item.parent === undefined ? {} : { select: item.parent };
    case 'Enter':
    case ' ':
      if (!hasChildren) return {};
      return open.has(selected) ? { close: selected } : { open: selected };
    default:
      return undefined;
  }
}
