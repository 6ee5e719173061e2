import type { JSX } from 'preact';
import type { Overview } from '../../../../gateway/src/shapes/seen.js';
import { duration, whole } from '../../shell/format.js';
import { Text } from '../../shell/text.js';
import { latencyRows } from './latency.js';

/** How long decisions take, and what they wait for. */
export function Latencies({ overview }: { readonly overview: Overview }): JSX.Element {
  const rows = latencyRows(overview.latencies);
  return (
    <section class="card" aria-labelledby="latencies">
      <h2 id="latencies">How long it takes</h2>
      {rows.length === 0 ? (
        <p class="faint">Nothing was measured in this time.</p>
      ) : (
        <div class="wide" tabIndex={0} role="region" aria-label="Latencies, as a table">
          <table>
            <thead>
              <tr>
                <th scope="col">What</th>
                <th scope="col" class="number">
                  Count
                </th>
                <th scope="col" class="number">
                  Failed
                </th>
                <th scope="col" class="number">
                  <abbr title="half took less">p50</abbr>
                </th>
                <th scope="col" class="number">
                  <abbr title="95 of 100 took less">p95</abbr>
                </th>
                <th scope="col" class="number">
                  <abbr title="99 of 100 took less">p99</abbr>
                </th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr key={`${row.of} ${row.name}`}>
                  <th scope="row">
                    {row.words} {row.name !== '' && <Text value={row.name} shown={80} />}
                  </th>
                  <td class="number">{whole(row.count)}</td>
                  <td class={row.failures > 0 ? 'number failed' : 'number'}>{whole(row.failures)}</td>
                  <td class="number">{duration(row.p50)}</td>
                  <td class="number">{duration(row.p95)}</td>
                  <td class="number">{duration(row.p99)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}
