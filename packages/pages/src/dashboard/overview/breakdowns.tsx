import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { CountedBy, Overview } from '../../../../gateway/src/shapes/seen.js';
import { whole } from '../../shell/format.js';
import { Text } from '../../shell/text.js';
import { Bar } from '../parts/bars.js';
import { decisionsOf } from '../parts/places.js';
import { OUTCOMES, sumOf } from '../parts/share.js';

const FIRST = 6;

const TABLES = [
  { by: 'route', title: 'By route', column: 'Route', none: 'without a name' },
  { by: 'evidence', title: 'By kind of evidence', column: 'Evidence that was verified', none: 'none' },
  { by: 'platform', title: 'By platform', column: 'Platform', none: 'not known' },
  { by: 'version', title: 'By app version', column: 'Version', none: 'not known' },
] as const;

/** Who is accepted, reported and refused. */
export function Breakdowns({ overview: { by } }: { readonly overview: Overview }): JSX.Element {
  return (
    <div class="columns">
      {TABLES.map((each) => (
        <Breakdown key={each.by} {...each} rows={by[each.by]} />
      ))}
    </div>
  );
}

function Breakdown({
  by,
  title,
  column,
  none,
  rows,
}: (typeof TABLES)[number] & { readonly rows: readonly CountedBy[] }): JSX.Element {
  const [isAll, setAll] = useState(false);
  const most = Math.max(...rows.map(sumOf));
  return (
    <section class="card" aria-labelledby={`by-${by}`}>
      <h2 id={`by-${by}`}>{title}</h2>
      {rows.length === 0 ? (
        <p class="faint">No request of this time names one.</p>
      ) : (
        <table class="counted">
          <thead>
            <tr>
              <th scope="col">{column}</th>
              <th scope="col" class="number">
                All
              </th>
              <th scope="col" class="number">
                Reported
              </th>
              <th scope="col" class="number">
                Refused
              </th>
            </tr>
          </thead>
          <tbody>
            {(isAll ? rows : rows.slice(0, FIRST)).map((row) => (
              <tr key={row.name ?? ''}>
                <th scope="row">
                  <Name by={by} name={row.name} none={none} />
                  <Bar of={most} parts={OUTCOMES.map((kind) => ({ kind, count: row[kind] }))} />
                </th>
                <td class="number">{whole(sumOf(row))}</td>
                <td class="number">{whole(row.reported)}</td>
                <td class="number">{whole(row.refused)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {rows.length > FIRST && (
        <button type="button" class="quiet" aria-expanded={isAll} onClick={() => setAll(!isAll)}>
          {isAll ? 'Show fewer' : `Show all ${whole(rows.length)}`}
        </button>
      )}
    </section>
  );
}

function Name({
  by,
  name,
  none,
}: {
  readonly by: string;
  readonly name: string | null;
  readonly none: string;
}): JSX.Element {
  if (name === null) return <span class="faint">{none}</span>;
  const text = <Text value={name} shown={80} brief />;
  return by === 'route' && name !== 'other' ? <a href={decisionsOf({ name })}>{text}</a> : text;
}
