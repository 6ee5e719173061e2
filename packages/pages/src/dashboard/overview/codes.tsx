import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Overview } from '../../../../gateway/src/shapes/seen.js';
import { whole } from '../../shell/format.js';
import { Text } from '../../shell/text.js';
import { Bar } from '../parts/bars.js';
import { decisionsOf, errorOf } from '../parts/places.js';

const FIRST = 8;

/** Why requests are refused and reported. */
export function Codes({ overview: { codes } }: { readonly overview: Overview }): JSX.Element {
  const [isAll, setAll] = useState(false);
  const most = Math.max(...codes.map((each) => each.reported + each.refused));
  return (
    <section class="card" aria-labelledby="codes">
      <h2 id="codes">Why requests are refused or reported</h2>
      {codes.length === 0 ? (
        <p class="faint">No request was refused or reported in this time.</p>
      ) : (
        <table class="counted">
          <thead>
            <tr>
              <th scope="col">Reason</th>
              <th scope="col" class="number">
                Reported
              </th>
              <th scope="col" class="number">
                Refused
              </th>
            </tr>
          </thead>
          <tbody>
            {(isAll ? codes : codes.slice(0, FIRST)).map(({ code, says, reported, refused }) => (
              <tr key={code}>
                <th scope="row">
                  <span class="says">
                    <Text value={says} shown={200} />
                  </span>
                  <span class="code-line">
                    <a href={errorOf(code)}>
                      <code>
                        <Text value={code} shown={80} brief />
                      </code>
                    </a>{' '}
                    <a href={decisionsOf({ code })}>
                      Decisions<span class="hidden"> with this code</span>
                    </a>
                  </span>
                  <Bar
                    of={most}
                    parts={[
                      { kind: 'refused', count: refused },
                      { kind: 'reported', count: reported },
                    ]}
                  />
                </th>
                <td class="number">{whole(reported)}</td>
                <td class="number">{whole(refused)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {codes.length > FIRST && (
        <button type="button" class="quiet" aria-expanded={isAll} onClick={() => setAll(!isAll)}>
          {isAll ? 'Show fewer' : `Show all ${whole(codes.length)}`}
        </button>
      )}
    </section>
  );
}
