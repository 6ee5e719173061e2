import type { JSX } from 'preact';
import type { Overview } from '../../../../gateway/src/shapes/seen.js';
import { Text } from '../../shell/text.js';
import { errorOf } from '../parts/places.js';
import { leadOf } from './lead.js';

/** What matters, in words. */
export function LeadText({ overview }: { readonly overview: Overview }): JSX.Element {
  const { says, most } = leadOf(overview.totals, overview.span, overview.codes);
  return (
    <p class="lead">
      {says}{' '}
      {most === undefined ? (
        'Nothing was refused or reported.'
      ) : (
        <span class="faint">
          Most frequent reason: <Text value={most.says} shown={200} brief /> (
          <a href={errorOf(most.code)}>
            <code>
              <Text value={most.code} shown={80} brief />
            </code>
          </a>
          ).
        </span>
      )}
    </p>
  );
}
