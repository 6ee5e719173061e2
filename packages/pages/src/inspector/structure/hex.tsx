import type { EvidenceNode } from 'attestkit/inspect';
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Text } from '../../shell/text.js';
import { asCharacter, asOffset } from './node-value.js';
import { useRowsInView } from './rows-in-view.js';

const ROW = 22;

/** Width of the box from which on 16 bytes stand in a row. */
const WIDE = 540;

const MOVES: Readonly<Record<string, (perRow: number) => number>> = {
  ArrowRight: () => 1,
  ArrowLeft: () => -1,
  ArrowDown: (perRow) => perRow,
  ArrowUp: (perRow) => -perRow,
  PageDown: (perRow) => perRow * 10,
  PageUp: (perRow) => perRow * -10,
};

/** The bytes of a part, with those of the selected node marked. Only rows in view are in the document. */
export function Hex({
  name,
  bytes,
  node,
  onByte,
}: {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly node: EvidenceNode | undefined;
  readonly onByte: (offset: number) => void;
}): JSX.Element {
  const [perRow, setPerRow] = useState(16);
  const [cursor, setCursor] = useState<number>();
  const [isByKey, setByKey] = useState(false);
  const { box, from, to, width, onScroll, show } = useRowsInView(Math.ceil(bytes.length / perRow), ROW);
  useEffect(() => {
    if (width > 0) setPerRow(width >= WIDE ? 16 : 8);
  }, [width]);
  useEffect(() => {
    const isInside =
      cursor !== undefined &&
      node !== undefined &&
      cursor >= node.offset &&
      cursor < node.offset + node.length;
    if (!isInside) setCursor(node?.offset);
    const at = isInside ? cursor : node?.offset;
    if (at !== undefined) show(Math.floor(at / perRow));
  }, [node, perRow]);
  const isAll = node !== undefined && node.offset === 0 && node.length >= bytes.length;
  const choose = (offset: number): void => {
    const at = Math.min(bytes.length - 1, Math.max(0, offset));
    setCursor(at);
    show(Math.floor(at / perRow));
    onByte(at);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const move = MOVES[event.key];
    if (move === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    setByKey(true);
    choose((cursor ?? 0) + move(perRow));
  };
  const onClick = (event: MouseEvent): void => {
    const at = event.target instanceof HTMLElement ? event.target.dataset['at'] : undefined;
    if (at !== undefined) choose(Number(at));
  };
  const said =
    isByKey && cursor !== undefined && node !== undefined
      ? `Byte ${cursor}, ${(bytes[cursor] ?? 0).toString(16).padStart(2, '0')}, of ${node.label === '' ? name : node.label}`
      : '';
  return (
    <>
      <div
        ref={box}
        class="hex"
        role="group"
        aria-label={`Bytes of ${name}: arrow keys move from byte to byte, and select the node that has it`}
        tabIndex={0}
        onScroll={onScroll}
        onKeyDown={onKeyDown}
        onClick={onClick}
      >
        <div class="rows" style={{ height: `${Math.ceil(bytes.length / perRow) * ROW}px` }}>
          {Array.from({ length: to - from }, (_, index) => {
            const offset = (from + index) * perRow;
            const row = Array.from(bytes.subarray(offset, offset + perRow));
            return (
              <div key={offset} class="bytes" style={{ top: `${(from + index) * ROW}px` }}>
                <span class="offset">{asOffset(offset)}</span>
                <span class="digits">
                  {row.map((byte, at) => (
                    <span class={classOf(offset + at, node, cursor, isAll)} data-at={offset + at}>
                      {byte.toString(16).padStart(2, '0')}
                    </span>
                  ))}
                </span>
                <span class="characters" aria-hidden="true">
                  {row.map((byte, at) => (
                    <span class={classOf(offset + at, node, cursor, isAll)} data-at={offset + at}>
                      {asCharacter(byte)}
                    </span>
                  ))}
                </span>
              </div>
            );
          })}
        </div>
      </div>
      <p class="hidden" role="status">
        <Text value={said} brief />
      </p>
    </>
  );
}

function classOf(
  at: number,
  node: EvidenceNode | undefined,
  cursor: number | undefined,
  isAll: boolean,
): string {
  const here = at === cursor ? ' here' : '';
  if (node === undefined || at < node.offset || at >= node.offset + node.length) return `byte${here}`;
  if (at < node.offset + node.header) return `byte head${here}`;
  // To mark all is to mark nothing.
  return isAll ? `byte${here}` : `byte in${here}`;
}
