import { Fragment, type JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { DecisionRow } from '../../../../gateway/src/shapes/seen.js';
import { time } from '../../shell/format.js';
import { Text } from '../../shell/text.js';
import { Details } from './details.js';

/** A table; on a narrow screen each row is a card. The roles stay those of a table, whatever the style says. */
export function Rows({
  rows,
  hasDevices,
}: {
  readonly rows: readonly DecisionRow[];
  readonly hasDevices: boolean;
}): JSX.Element {
  const [opened, setOpened] = useState<ReadonlySet<number>>(new Set());
  const toggle = (id: number): void => {
    const next = new Set(opened);
    if (!next.delete(id)) next.add(id);
    setOpened(next);
  };
  return (
    <table class="decisions" role="table">
      <thead role="rowgroup">
        <tr role="row">
          <th role="columnheader" scope="col">
            Time
          </th>
          <th role="columnheader" scope="col">
            Outcome
          </th>
          <th role="columnheader" scope="col">
            Request
          </th>
          <th role="columnheader" scope="col">
            Reason
          </th>
          <th role="columnheader" scope="col">
            App
          </th>
        </tr>
      </thead>
      <tbody role="rowgroup">
        {rows.map((row) => (
          <Fragment key={row.id}>
            <tr role="row" class={opened.has(row.id) ? 'opened' : ''}>
              <td role="cell" class="when">
                <button
                  type="button"
                  class="quiet"
                  aria-expanded={opened.has(row.id)}
                  aria-controls={`row-${row.id}`}
                  onClick={() => toggle(row.id)}
                >
                  <time dateTime={new Date(row.at).toISOString()}>{time(row.at)}</time>
                  <span class="hidden"> details</span>
                </button>
              </td>
              <td role="cell">
                <span class={`tag ${row.outcome}`}>{row.outcome}</span>
              </td>
              <td role="cell">
                <span class="faint">
                  <Text value={row.method} shown={12} brief />
                </span>{' '}
                <Text value={row.name} shown={60} brief />
              </td>
              <td role="cell" class="reason">
                {row.code !== null && (
                  <>
                    {row.says !== null && (
                      <span class="says">
                        <Text value={row.says} shown={160} brief />
                      </span>
                    )}
                    <code class="faint">
                      <Text value={row.code} shown={80} brief />
                    </code>
                  </>
                )}
              </td>
              <td role="cell">
                <App row={row} />
              </td>
            </tr>
            {opened.has(row.id) && (
              <tr role="row" id={`row-${row.id}`} class="details">
                <td role="cell" colSpan={5}>
                  <Details row={row} hasDevices={hasDevices} />
                </td>
              </tr>
            )}
          </Fragment>
        ))}
      </tbody>
    </table>
  );
}

/** What evidence proves, else what the request says. */
function App({ row: { app, claimed } }: { readonly row: DecisionRow }): JSX.Element {
  if (app !== null)
    return <Text value={[app.platform, app.version].filter(Boolean).join(' ') || app.id} shown={40} brief />;
  if (claimed === null) return <></>;
  return (
    <span class="faint">
      says <Text value={claimed.version ?? 'no version'} shown={40} brief />
    </span>
  );
}
