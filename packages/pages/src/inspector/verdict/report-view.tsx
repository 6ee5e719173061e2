import type { ComponentChildren, JSX, Ref } from 'preact';
import { titleOf } from '../../../../attestkit/src/inspect/kind-table.js';
import { Text } from '../../shell/text.js';
import { Chains } from '../chain/chains.js';
import { Content } from '../content/content.js';
import type { Reported } from '../saved/saved-file.js';
import { CheckList } from './check-list.js';
import { FailedCheck } from './failed-check.js';
import { Verdict } from './verdict.js';

/** All that a report says, in the order in which it helps. */
export function ReportView({
  inspected,
  now,
  heading,
  isClaimed = false,
  children,
}: {
  readonly inspected: Reported;
  readonly now: number;
  readonly heading?: Ref<HTMLHeadingElement>;
  /** A file says it, which anybody can have written. */
  readonly isClaimed?: boolean;
  /** Buttons below the verdict. */
  readonly children?: ComponentChildren;
}): JSX.Element {
  const { report, explained, parts } = inspected;
  const failed = report.checks.filter(({ ok }) => !ok);
  const notes = report.notes ?? [];
  return (
    <>
      <Verdict
        report={report}
        title={titleOf(report.kind)}
        isClaimed={isClaimed}
        {...(heading && { heading })}
      />
      {children}
      <nav class="sections small" aria-label="Sections of the report">
        {failed.length > 0 && <a href="#failed">Failed</a>}
        <a href="#checks">All checks</a>
        {(report.verdict === 'pass' || report.unverified !== undefined) && (
          <a href="#evidence-content">Content</a>
        )}
        {parts.some(({ certificate }) => certificate !== undefined) && <a href="#chain">Certificates</a>}
        {parts.some(({ root }) => root !== undefined) && <a href="#structure">Structure</a>}
      </nav>
      {failed.length > 0 && (
        <section class="stack" aria-labelledby="failed">
          <h2 id="failed">
            {failed.length === 1 ? 'The check that failed' : `${failed.length} checks failed`}
          </h2>
          {failed.map((check, index) => (
            <FailedCheck
              key={`${index} ${check.code}`}
              check={check}
              explained={explained.find(({ code }) => code === check.code)}
              at={report.at}
              isFirst={index === 0}
            />
          ))}
        </section>
      )}
      <CheckList report={report} explained={explained} />
      {notes.length > 0 && (
        <section class="card" aria-labelledby="notes">
          <h2 id="notes">Notes</h2>
          <ul class="notes">
            {notes.map((note) => (
              <li>
                <Text value={note} />
              </li>
            ))}
          </ul>
        </section>
      )}
      <Content
        report={report}
        isClaimed={isClaimed}
        isDenied={failed.every(
          ({ code }) => explained.find((each) => each.code === code)?.stage === 'denied',
        )}
      />
      <Chains parts={parts} at={Date.parse(report.at)} now={now} />
    </>
  );
}
