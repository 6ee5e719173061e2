import type { JSX } from 'preact';
import { visible } from '../../shell/visible.js';

/** Text from evidence on one line: its beginning. The whole text stands in the box of the selected node. */
export function OneLine({
  value,
  shown = 140,
}: {
  readonly value: string;
  readonly shown?: number;
}): JSX.Element {
  const cut = value.slice(0, shown).replaceAll(/[\n\t]/g, ' ');
  return (
    <span class="foreign one-line">
      {visible(cut).map((run) => ('text' in run ? run.text : <span class="escape">{run.escape}</span>))}
      {value.length > shown && '…'}
    </span>
  );
}
