import { createContext, type JSX } from 'preact';
import { useContext, useState } from 'preact/hooks';
import { visible } from './visible.js';

/** Characters of a value before it is cut. */
const SHOWN = 600;
/** Characters of a value that are shown at all: the rest can be copied. */
const MOST = 20_000;

/** Whether this is written into a file without scripts, in which nothing can be opened or pressed. */
export const Still = createContext(false);

/** Text from outside: from evidence, headers, configuration. Never markup; what cannot be seen is shown by its number; long text is cut. */
export function Text({
  value,
  shown = SHOWN,
  brief = false,
}: {
  readonly value: string;
  readonly shown?: number;
  /** Within a link, a button or a row: what is cut cannot be shown there. */
  readonly brief?: boolean;
}): JSX.Element {
  const isStill = useContext(Still);
  const [isOpened, setWhole] = useState(false);
  const isWhole = isOpened || isStill;
  const length = isWhole ? MOST : shown;
  const cut = value.length > length ? value.slice(0, length) : value;
  return (
    <span class="foreign">
      {visible(cut).map((run) => ('text' in run ? run.text : <span class="escape">{run.escape}</span>))}
      {cut.length < value.length && (
        <>
          …{' '}
          {brief ? null : isWhole ? (
            <span class="faint">{number(value.length - cut.length)} more characters</span>
          ) : (
            <button type="button" class="quiet" onClick={() => setWhole(true)}>
              Show {number(Math.min(value.length, MOST) - cut.length)} more characters
            </button>
          )}
        </>
      )}
    </span>
  );
}

function number(value: number): string {
  return value.toLocaleString();
}
