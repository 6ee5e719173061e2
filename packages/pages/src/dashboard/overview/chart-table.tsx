import type { JSX } from 'preact';
import type { Overview } from '../../../../gateway/src/shapes/seen.js';
import { time, whole } from '../../shell/format.js';

const COLUMNS = ['accepted', 'reported', 'refused', 'open'] as const;

/** When a step begins. */
export const stepTime = ({ from, stepMs }: Overview, step: number): string => time(from + step * stepMs);

/** The numbers of the chart, the newest first. */
export function ChartTable({ overview }: { readonly overview: Overview }): JSX.Element {
  const { steps } = overview;
  const newest = steps.accepted.map((_, step) => step).toReversed();
  return (
    <div class="wide tall" tabIndex={0} role="region" aria-label="Requests over time, as a table">
      <table>
        <thead>
          <tr>
            <th scope="col">From</th>
            {COLUMNS.map((outcome) => (
              <th scope="col" class="number">
                {outcome}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {newest.map((step) => (
            <tr key={step}>
              <th scope="row">{stepTime(overview, step)}</th>
              {COLUMNS.map((outcome) => (
                <td class="number">{whole(steps[outcome][step] ?? 0)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
