import type { JSX } from 'preact';
import type { RolloutRoute } from '../../../../gateway/src/shapes/rollout.js';
import { whole } from '../../shell/format.js';
import { Text } from '../../shell/text.js';
import { Bar, Swatch } from '../parts/bars.js';
import { errorOf } from '../parts/places.js';
import { CLASSES } from './classes.js';

type ClassCount = RolloutRoute['classes'][number];

/** Who would be refused: a bar for the eye, and the same in words. */
export function ClassList({ route }: { readonly route: RolloutRoute }): JSX.Element {
  const counts = new Map(route.classes.map((each) => [each.class, each]));
  const sum = route.classes.reduce((all, each) => all + each.count, 0);
  return (
    <>
      <Bar
        of={sum}
        parts={CLASSES.map((each) => ({ kind: each.class, count: counts.get(each.class)?.count ?? 0 }))}
      />
      <ul class="classes">
        {CLASSES.map((each) => {
          const found = counts.get(each.class);
          const count = found?.count ?? 0;
          if (found === undefined || count === 0)
            return (
              <li class="faint">
                <Swatch kind={each.class} /> <span class="grow">{each.name}</span> <b>{whole(0)}</b>
              </li>
            );
          return (
            <li>
              <Swatch kind={each.class} />
              <details class="grow">
                <summary>
                  {each.name} <b>{whole(count)}</b>
                </summary>
                <Why says={each.says} remedy={each.remedy} found={found} />
              </details>
            </li>
          );
        })}
      </ul>
    </>
  );
}

function Why({
  says,
  remedy,
  found,
}: {
  readonly says: string;
  readonly remedy: string;
  readonly found: ClassCount;
}): JSX.Element {
  return (
    <div class="stack small">
      <p>
        {says} <b>{remedy}</b>
      </p>
      <table>
        <thead>
          <tr>
            <th scope="col">Version</th>
            <th scope="col" class="number">
              Count
            </th>
          </tr>
        </thead>
        <tbody>
          {found.versions.map(({ version, count }) => (
            <tr>
              <th scope="row">
                {version === null ? 'not known' : <Text value={version} shown={60} brief />}
              </th>
              <td class="number">{whole(count)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <table>
        <thead>
          <tr>
            <th scope="col">Reason</th>
            <th scope="col" class="number">
              Count
            </th>
          </tr>
        </thead>
        <tbody>
          {found.codes.map(({ code, says: sentence, count }) => (
            <tr>
              <th scope="row">
                <Text value={sentence} shown={200} />{' '}
                <a href={errorOf(code)}>
                  <code>
                    <Text value={code} shown={80} brief />
                  </code>
                </a>
              </th>
              <td class="number">{whole(count)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
