import type { EvidenceReport } from 'attestkit/inspect';
import type { JSX } from 'preact';
import { Text } from '../../shell/text.js';
import { contentTables, type ContentTable } from './content-tables.js';

/** What the evidence says. If a check failed it looks another way: nothing vouches for it. */
export function Content({
  report,
  isClaimed,
  isDenied,
}: {
  readonly report: EvidenceReport;
  /** A file says it, which anybody can have written. */
  readonly isClaimed: boolean;
  /** All checks of the evidence itself hold, and a policy refuses it. */
  readonly isDenied: boolean;
}): JSX.Element | null {
  const content: unknown = report.verdict === 'pass' ? report.result : report.unverified;
  const tables = contentTables(content, report.at);
  if (tables.length === 0) return null;
  const isVerified = report.verdict === 'pass' && !isClaimed;
  return (
    <section class={isVerified ? 'card' : 'unverified'} aria-labelledby="evidence-content">
      <div class="inner stack">
        <div>
          <h2 id="evidence-content" tabIndex={-1}>
            {isVerified ? 'Content' : isDenied && !isClaimed ? 'Refused content' : 'Unverified content'}{' '}
            {isVerified && <span class="tag accepted">verified</span>}
          </h2>
          {!isVerified && (
            <p>
              {isClaimed
                ? 'Nothing vouches for this: it is what a file says.'
                : isDenied
                  ? 'No check of the evidence itself failed: a policy refuses what it says. A server does not use it.'
                  : 'Nothing vouches for this. The evidence says it about itself, and a check failed: it may be forged.'}
            </p>
          )}
        </div>
        {tables.map((table, index) => (
          <Table key={index} table={table} isVerified={isVerified} isDenied={isDenied && !isClaimed} />
        ))}
      </div>
    </section>
  );
}

function Table({
  table: { title, rows, left },
  isVerified,
  isDenied,
}: {
  readonly table: ContentTable;
  readonly isVerified: boolean;
  readonly isDenied: boolean;
}): JSX.Element {
  return (
    <table class="content">
      <caption>
        <Text value={title === '' ? 'In short' : title} shown={80} />
        {!isVerified && <span class="faint">{isDenied ? ', refused' : ', unverified'}</span>}
      </caption>
      <thead class="hidden">
        <tr>
          <th scope="col">Name</th>
          <th scope="col">Value</th>
          <th scope="col">Meaning</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ label, value, meaning }) => (
          <tr>
            <th scope="row">
              <Text value={label} shown={80} />
            </th>
            <td class="mono">
              <Text value={value} shown={240} />
            </td>
            <td>{meaning !== undefined && <Text value={meaning} shown={240} />}</td>
          </tr>
        ))}
        {left > 0 && (
          <tr>
            <td colSpan={3}>{left} more values: save the report as JSON to see them.</td>
          </tr>
        )}
      </tbody>
    </table>
  );
}
