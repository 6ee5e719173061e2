import type { JSX, RefObject } from 'preact';
import { useRef } from 'preact/hooks';
import { whole } from '../../shell/format.js';
import { Text } from '../../shell/text.js';
import { EXAMPLES } from './examples.js';
import { givenText, sizeInWords, type Given } from './given.js';

/** Where evidence is pasted, written, opened or dropped. */
export function EvidenceBox({
  given,
  isDragging,
  area,
  onWrite,
  onTake,
  onFile,
  onClear,
}: {
  readonly given: Given;
  readonly isDragging: boolean;
  readonly area: RefObject<HTMLTextAreaElement | null>;
  /** It was edited. */
  readonly onWrite: (given: Given) => void;
  /** It is other evidence. */
  readonly onTake: (given: Given) => void;
  readonly onFile: (file: File) => void;
  readonly onClear: () => void;
}): JSX.Element {
  const file = useRef<HTMLInputElement>(null);
  const isEmpty = given.size === 0;
  return (
    <div class={isDragging ? 'evidence dragging' : 'evidence'}>
      <label for="evidence">Evidence</label>
      {given.bytes === undefined ? (
        <textarea
          id="evidence"
          ref={area}
          class="mono"
          rows={isEmpty ? 7 : 5}
          spellcheck={false}
          autocomplete="off"
          value={given.text}
          aria-describedby="evidence-help"
          placeholder="Paste it anywhere on this page, drop a file, or open one."
          onInput={(event) => onWrite(givenText(event.currentTarget.value))}
        />
      ) : (
        <p class="bytes-given" id="evidence">
          <strong>
            <Text value={given.name ?? 'Pasted'} shown={80} />
          </strong>
          : {whole(given.size)} bytes that are not text. They are sent as they are.
        </p>
      )}
      <div class="row">
        <button type="button" onClick={() => file.current?.click()}>
          Open a file
        </button>
        <input
          ref={file}
          type="file"
          hidden
          onChange={(event) => {
            const [opened] = event.currentTarget.files ?? [];
            if (opened !== undefined) onFile(opened);
            event.currentTarget.value = '';
          }}
        />
        {!isEmpty && (
          <button type="button" class="quiet" onClick={onClear}>
            Clear
          </button>
        )}
        <span class="small faint" id="evidence-help">
          {isEmpty ? '1 MiB at most.' : `${sizeInWords(given.size)} of 1 MiB.`} It goes to the server of this
          page only, which keeps nothing of it.
        </span>
      </div>
      {isEmpty && (
        <p class="small row">
          <span class="faint">Nothing at hand? Try</span>
          {EXAMPLES.map(({ name, evidence }) => (
            <button type="button" class="quiet" onClick={() => onTake(givenText(evidence))}>
              {name}
            </button>
          ))}
        </p>
      )}
    </div>
  );
}
