import type { EvidencePart } from 'attestkit/inspect';
import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { fromBase64 } from '../bytes/base64.js';
import { Text } from '../../shell/text.js';
import { Hex } from './hex.js';
import { NodeFacts } from './node-facts.js';
import { above, deepestAt, findNodes, listNodes, openAtFirst, seenRows } from './node-list.js';
import { Tree } from './tree.js';

/** One part: its tree and its bytes, linked both ways. */
export function PartView({ part }: { readonly part: EvidencePart }): JSX.Element {
  const { name, root, problem, encoding } = part;
  const bytes = useMemo(() => fromBase64(part.bytes) ?? new Uint8Array(), [part]);
  const items = useMemo(() => (root === undefined ? [] : listNodes(root)), [root]);
  const [open, setOpen] = useState(() => openAtFirst(items));
  const [selected, setSelected] = useState(0);
  const [search, setSearch] = useState('');
  const rows = useMemo(() => seenRows(items, open), [items, open]);
  const found = useMemo(() => findNodes(items, search), [items, search]);
  const select = (id: number): void => {
    setSelected(id);
    const closed = above(items, id).filter((each) => !open.has(each));
    if (closed.length > 0) setOpen(new Set([...open, ...closed]));
  };
  const toggle = (id: number): void => {
    const next = new Set(open);
    if (!next.delete(id)) next.add(id);
    else if (above(items, selected).includes(id)) setSelected(id);
    setOpen(next);
  };
  const item = items[selected];
  const findNext = (event: SubmitEvent): void => {
    event.preventDefault();
    const next = found.find((id) => id > selected) ?? found[0];
    if (next !== undefined) select(next);
  };
  return (
    <div class="part stack">
      {problem !== undefined && (
        <p class="notice warn">
          It can be read only in part: <Text value={problem} />
        </p>
      )}
      {items.length > 8 && (
        <form class="row find" role="search" onSubmit={findNext}>
          <label for="find">Find in it</label>
          <input
            id="find"
            type="search"
            value={search}
            onInput={(event) => setSearch(event.currentTarget.value)}
          />
          <button disabled={found.length === 0}>Next</button>
          <span class="small faint" role="status">
            {search.trim() !== '' && `${found.length} ${found.length === 1 ? 'node' : 'nodes'}`}
          </span>
        </form>
      )}
      <div class={items.length === 0 ? 'panes only' : 'panes'}>
        {items.length > 0 && (
          <Tree
            name={name}
            items={items}
            rows={rows}
            open={open}
            selected={selected}
            onSelect={select}
            onToggle={toggle}
          />
        )}
        {bytes.length > 0 && (
          <Hex
            name={name}
            bytes={bytes}
            node={item?.node}
            onByte={(offset) => {
              const id = deepestAt(items, offset);
              if (id !== undefined) select(id);
            }}
          />
        )}
      </div>
      {item !== undefined && (
        <NodeFacts
          key={selected}
          path={
            [...above(items, selected).toReversed(), selected]
              .map((id) => items[id]?.node.label)
              .filter((label) => label !== undefined && label !== '')
              .join(' › ') || name
          }
          node={item.node}
          bytes={bytes}
          encoding={encoding}
        />
      )}
    </div>
  );
}
