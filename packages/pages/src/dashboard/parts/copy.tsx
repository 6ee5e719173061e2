import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

/** Lines for a file or a shell, and a button that copies them. */
export function Copy({
  text,
  label,
  what,
}: {
  readonly text: string;
  readonly label: string;
  /** The name of the lines, for a screen reader: `/v4/*, 25%`. */
  readonly what: string;
}): JSX.Element {
  const [says, setSays] = useState('');
  const lines = useRef<HTMLPreElement>(null);
  // What was copied before are other lines.
  useEffect(() => setSays(''), [text]);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      setSays(`Copied: ${what}.`);
    } catch {
      // Without TLS a browser may refuse: what is selected can still be copied by hand.
      if (lines.current !== null) getSelection()?.selectAllChildren(lines.current);
      setSays('The browser does not allow it here. The lines are selected: copy them yourself.');
    }
  };
  return (
    <div class="copy">
      <pre ref={lines}>{text}</pre>
      <div class="row">
        <button type="button" onClick={() => void copy()}>
          {label}
          <span class="hidden"> for {what}</span>
        </button>
        <span class="small" role="status">
          {says}
        </span>
      </div>
    </div>
  );
}
