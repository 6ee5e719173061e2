import type { JSX } from 'preact';
import { useId, useState } from 'preact/hooks';
import type { RolloutRoute } from '../../../../gateway/src/shapes/rollout.js';
import { visible } from '../../shell/visible.js';
import { Copy } from '../parts/copy.js';
import { linesOf } from './lines.js';
import { configuredShare, previewOf } from './preview.js';

const STEP = 5;

/** A name of the configuration, short enough to be said. */
const shownName = (route: string): string =>
  visible(route.slice(0, 80))
    .map((run) => ('text' in run ? run.text : run.escape))
    .join('');

/** What enforcing for a share of the clients would do, and the lines that say so. */
export function Preview({ route }: { readonly route: RolloutRoute }): JSX.Element {
  const now = configuredShare(route.enforcement);
  const [share, setShare] = useState(route.advice.share ?? now);
  const id = useId();
  const says = previewOf(route, share);
  return (
    <div class="stack preview">
      <h3>
        <label for={id}>
          Try a share of the clients<span class="hidden"> of {shownName(route.route)}</span>
        </label>
      </h3>
      <div class="row slider">
        <input
          id={id}
          type="range"
          min={0}
          max={100}
          step={STEP}
          value={share}
          aria-valuetext={`${share} percent. ${says}`}
          onInput={(event) => setShare(Number(event.currentTarget.value))}
        />
        <output for={id} aria-live="off">
          {share}%
        </output>
      </div>
      <p>{says}</p>
      <Copy
        text={linesOf(route.route, share)}
        label="Copy the lines"
        what={`${shownName(route.route)}, ${share}%`}
      />
      <p class="small faint">
        {share === now
          ? 'This is how the route is configured now.'
          : 'Change it in the configuration file: the gateway takes it without a restart. A client stays on its side when the share grows.'}
      </p>
    </div>
  );
}
