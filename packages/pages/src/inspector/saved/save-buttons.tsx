import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { copyHere } from '../structure/page-clipboard.js';
import { savedFile, type ToSave } from './saved-file.js';
import { writeHtml } from './write-html.js';

/** Saves the report as a file, to attach to a ticket, and copies a link without evidence in it. */
export function SaveButtons({
  toSave,
  link,
}: {
  readonly toSave: ToSave;
  readonly link: string;
}): JSX.Element {
  const [isWhole, setWhole] = useState(false);
  const [said, setSaid] = useState('');
  const save = (as: 'html' | 'json'): void => {
    const now = Date.now();
    const file = savedFile(toSave, isWhole, now);
    const text = as === 'json' ? `${JSON.stringify(file, null, 1)}\n` : writeHtml(file);
    const type = as === 'json' ? 'application/json' : 'text/html';
    const name = `inspection-${toSave.inspected.report.kind}-${file.savedAt.slice(0, 19).replaceAll(':', '')}.${as}`;
    const url = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
    const anchor = document.createElement('a');
    anchor.href = url;
    anchor.download = name;
    anchor.click();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
    setSaid(`${name} saved${isWhole ? ', with identifiers and bytes' : ''}`);
  };
  return (
    <div class="save row">
      <button type="button" onClick={() => save('html')}>
        Save HTML
      </button>
      <button type="button" onClick={() => save('json')}>
        Save JSON
      </button>
      <label class="row check-label">
        <input
          type="checkbox"
          checked={isWhole}
          onChange={(event) => setWhole(event.currentTarget.checked)}
        />
        Include identifiers and bytes
      </label>
      <button
        type="button"
        onClick={() =>
          void copyHere(new URL(link, location.href).href).then((isCopied) =>
            setSaid(
              isCopied
                ? 'Link copied: kind, time and code, no evidence'
                : `The browser did not allow it: ${link}`,
            ),
          )
        }
      >
        Copy link
      </button>
      <span class="small faint" role="status">
        {said}
      </span>
    </div>
  );
}
