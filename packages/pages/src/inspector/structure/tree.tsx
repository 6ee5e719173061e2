import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import type { Item } from './node-list.js';
import { OneLine } from './one-line.js';
import { useRowsInView } from './rows-in-view.js';
import { moveInTree } from './tree-keys.js';

const ROW = 28;

/** Deeper ones are not indented more: hostile evidence would leave the box. */
const MOST_INDENTED = 12;

/** The nodes of one part, by the tree pattern of WAI-ARIA. Only rows in view are in the document. */
export function Tree({
  name,
  items,
  rows,
  open,
  selected,
  onSelect,
  onToggle,
}: {
  readonly name: string;
  readonly items: readonly Item[];
  readonly rows: readonly number[];
  readonly open: ReadonlySet<number>;
  readonly selected: number;
  readonly onSelect: (id: number) => void;
  readonly onToggle: (id: number) => void;
}): JSX.Element {
  const { box, from, to, page, onScroll, show } = useRowsInView(rows.length, ROW);
  useEffect(() => {
    const row = rows.indexOf(selected);
    if (row !== -1) show(row);
  }, [selected, rows]);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const move = moveInTree(event.key, { items, rows, open, selected, page });
    if (move === undefined) return;
    event.preventDefault();
    if (move.select !== undefined) onSelect(move.select);
    const toggled = move.open ?? move.close;
    if (toggled !== undefined) onToggle(toggled);
  };
  const isDrawn = rows.slice(from, to).includes(selected);
  return (
    <div
      ref={box}
      class="tree"
      role="tree"
      aria-label={`Structure of ${name}`}
      tabIndex={0}
      {...(isDrawn && { 'aria-activedescendant': `node-${selected}` })}
      onScroll={onScroll}
      onKeyDown={onKeyDown}
    >
      <div class="rows" role="none" style={{ height: `${rows.length * ROW}px` }}>
        {rows.slice(from, to).map((id, index) => (
          <Row
            key={id}
            item={items[id] as Item}
            top={(from + index) * ROW}
            isOpen={open.has(id)}
            isSelected={id === selected}
            onSelect={onSelect}
            onToggle={onToggle}
          />
        ))}
      </div>
    </div>
  );
}

function Row({
  item: { id, node, level, position, siblings },
  top,
  isOpen,
  isSelected,
  onSelect,
  onToggle,
}: {
  readonly item: Item;
  readonly top: number;
  readonly isOpen: boolean;
  readonly isSelected: boolean;
  readonly onSelect: (id: number) => void;
  readonly onToggle: (id: number) => void;
}): JSX.Element {
  const hasChildren = node.children.length > 0;
  return (
    <div
      id={`node-${id}`}
      class={isSelected ? 'node selected' : 'node'}
      role="treeitem"
      aria-level={level}
      aria-setsize={siblings}
      aria-posinset={position}
      aria-selected={isSelected}
      {...(hasChildren && { 'aria-expanded': isOpen })}
      style={{ top: `${top}px`, paddingLeft: `${Math.min(level - 1, MOST_INDENTED) * 14 + 4}px` }}
      onClick={() => onSelect(id)}
      onDblClick={() => hasChildren && onToggle(id)}
    >
      <span
        class="turn"
        aria-hidden="true"
        onClick={(event) => {
          if (!hasChildren) return;
          event.stopPropagation();
          onSelect(id);
          onToggle(id);
        }}
      >
        {hasChildren ? (isOpen ? '▾' : '▸') : ''}
      </span>
      {node.label !== '' && (
        <span class="label">
          <OneLine value={node.label} shown={60} />
        </span>
      )}
      <span class="type">
        <OneLine value={node.type} shown={40} />
      </span>
      {node.value !== undefined && (
        <span class="value">
          <OneLine value={node.value} />
        </span>
      )}
      {node.meaning !== undefined && (
        <span class="meaning">
          <OneLine value={node.meaning} />
        </span>
      )}
      <span class="place">
        <span class="hidden">at </span>
        {node.offset}
        <span class="faint"> +{node.length}</span>
      </span>
    </div>
  );
}
