import type { Outcome } from 'attestkit';
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Overview } from '../../../../gateway/src/shapes/seen.js';
import { Swatch } from '../parts/bars.js';
import { OUTCOMES } from '../parts/share.js';
import { ChartTable, stepTime } from './chart-table.js';
import { Plot } from './plot.js';
import { lastOf } from './span.js';
import { stackOf } from './stack.js';

const ALL: ReadonlySet<Outcome> = new Set(OUTCOMES);
/** A few of them are a thin line below thousands that were accepted. */
const FAILED: ReadonlySet<Outcome> = new Set(['refused', 'reported']);

/** Requests over time by outcome, as a picture and as a table. */
export function TimeChart({ overview }: { readonly overview: Overview }): JSX.Element {
  const [shown, setShown] = useState(ALL);
  const [pointed, setPointed] = useState<number>();
  const [isTable, setTable] = useState(false);
  const toggle = (outcome: Outcome): void => {
    const next = new Set(shown);
    if (!next.delete(outcome)) next.add(outcome);
    setShown(next.size === 0 || next.size === ALL.size ? ALL : next);
  };
  return (
    <section class="card" aria-labelledby="over-time">
      <div class="row heading">
        <h2 id="over-time">Requests over time</h2>
        <div class="row legend" role="group" aria-label="Outcomes in the chart">
          {OUTCOMES.toReversed().map((outcome) => (
            <button
              type="button"
              class="quiet"
              aria-pressed={shown.has(outcome)}
              onClick={() => toggle(outcome)}
            >
              <Swatch kind={outcome} /> {outcome}
            </button>
          ))}
        </div>
      </div>
      <Plot
        stack={stackOf(overview, shown)}
        label={`Requests by outcome in ${lastOf(overview.span)}. The table below has the numbers.`}
        span={overview.span}
        height={200}
        onPointed={setPointed}
      />
      {shown === ALL && (
        <>
          <h3 class="small">Of these, reported and refused, enlarged</h3>
          <Plot
            stack={stackOf(overview, FAILED)}
            label={`Reported and refused requests in ${lastOf(overview.span)}.`}
            span={overview.span}
            height={120}
            onPointed={setPointed}
          />
        </>
      )}
      <p class="pointed small" aria-hidden="true">
        {pointed === undefined ? (
          <span class="faint">{stepWords(overview)}</span>
        ) : (
          <>
            <b>{stepTime(overview, pointed)}</b>{' '}
            {OUTCOMES.toReversed()
              .map((outcome) => `${(overview.steps[outcome][pointed] ?? 0).toLocaleString()} ${outcome}`)
              .join(', ')}
          </>
        )}
      </p>
      <details onToggle={(event) => setTable((event.currentTarget as HTMLDetailsElement).open)}>
        <summary>Show as table</summary>
        {isTable && <ChartTable overview={overview} />}
      </details>
    </section>
  );
}

function stepWords({ stepMs }: Overview): string {
  const minutes = Math.round(stepMs / 60_000);
  const length =
    minutes === 1 ? 'a minute' : minutes === 60 ? 'an hour' : `${minutes.toLocaleString()} minutes`;
  return `Each bar is ${length}.`;
}
