import type { JSX } from 'preact';
import type { Overview } from '../../../../gateway/src/shapes/seen.js';
import { whole } from '../../shell/format.js';
import { Swatch } from '../parts/bars.js';
import { decisionsOf } from '../parts/places.js';
import { shareOf, sumOf } from '../parts/share.js';
import { changeOf, hasBefore } from './lead.js';

const MEANINGS = {
  accepted: 'with valid evidence',
  reported: 'let pass, though enforcing would refuse',
  refused: 'with an error',
  open: 'let pass unchecked',
} as const;

/** The four outcomes with their numbers, and how these changed. */
export function Totals({
  overview: { totals },
  asked,
}: {
  readonly overview: Overview;
  readonly asked: Overview;
}): JSX.Element {
  const all = sumOf(totals);
  return (
    <section aria-labelledby="totals">
      <h2 id="totals" class="hidden">
        Requests by outcome
      </h2>
      <ul class="totals">
        {(['accepted', 'reported', 'refused', 'open'] as const).map((outcome) => (
          <li class="card">
            <a class="outcome" href={decisionsOf({ outcome })}>
              <Swatch kind={outcome} /> {outcome}
            </a>
            <p class="count" data-outcome={outcome}>
              {whole(totals[outcome])}
            </p>
            <p class="small">
              {shareOf(totals[outcome], all)} <span class="faint">{MEANINGS[outcome]}</span>
            </p>
            {hasBefore(asked) && (
              <p class="small faint">{changeOf(asked.totals[outcome], asked.before[outcome], asked.span)}</p>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
