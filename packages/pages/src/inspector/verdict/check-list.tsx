import type { EvidenceReport } from 'attestkit/inspect';
import type { JSX } from 'preact';
import { Text } from '../../shell/text.js';
import { withAges } from '../../../../attestkit/src/cli/report/ages.js';
import type { Explained } from '../../../../gateway/src/shapes/inspect.js';
import { whyNotChecked } from './not-checked.js';
import { readDetail, stateOf, type CheckState } from './read-check.js';
import { SpecificationLinks } from './specification-links.js';

const TAGS: Readonly<Record<CheckState, string>> = { ok: 'accepted', failed: 'refused', 'not asked': 'open' };

/** All checks in the order of verification, and what was not checked. */
export function CheckList({
  report,
  explained,
}: {
  readonly report: EvidenceReport;
  readonly explained: readonly Explained[];
}): JSX.Element {
  const { checks, notChecked, at } = report;
  const counts = (['ok', 'failed', 'not asked'] as const).flatMap((state) => {
    const count = checks.filter((check) => stateOf(check) === state).length;
    return count === 0 ? [] : [`${count} ${state}`];
  });
  if (notChecked.length > 0) counts.push(`${notChecked.length} not checked`);
  const isCut = report.verdict === 'fail' && report.unverified === undefined;
  return (
    <section class="card" aria-labelledby="checks">
      <h2 id="checks">All checks</h2>
      <p class="faint">In the order of verification: {counts.join(', ')}.</p>
      <ol class="checks">
        {checks.map((check) => {
          const state = stateOf(check);
          const says = explained.find(({ code }) => code === check.code)?.says ?? '';
          const { found, expected } = readDetail(check, says);
          return (
            <li>
              <span class={`tag ${TAGS[state]}`}>{state}</span>
              <span class="check">
                <span class="name">
                  <Text value={check.name} />
                </span>
                {(found !== undefined || expected !== undefined) && (
                  <span class="values small">
                    {found !== undefined && (
                      <span>
                        <span class="faint">found</span>{' '}
                        <code>
                          <Text value={withAges(found, at)} shown={200} />
                        </code>
                      </span>
                    )}{' '}
                    {expected !== undefined && (
                      <span>
                        <span class="faint">expected</span>{' '}
                        <code>
                          <Text value={withAges(expected, at)} shown={200} />
                        </code>
                      </span>
                    )}
                  </span>
                )}
              </span>
              <span class="small faint">
                <SpecificationLinks spec={check.spec} />
              </span>
            </li>
          );
        })}
      </ol>
      {isCut && <p class="notice">The checks that follow need what could not be read.</p>}
      {notChecked.length > 0 && (
        <>
          <h3>Not checked</h3>
          <ul class="checks">
            {notChecked.map((name) => (
              <li>
                <span class="tag open">not checked</span>
                <span class="check">
                  <span class="name">
                    <Text value={name} />
                  </span>
                  <span class="values small">{whyNotChecked(name)}</span>
                </span>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}
