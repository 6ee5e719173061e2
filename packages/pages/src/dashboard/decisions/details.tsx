import type { ComponentChildren, JSX } from 'preact';
import type { DecisionRow } from '../../../../gateway/src/shapes/seen.js';
import { dateTime, duration } from '../../shell/format.js';
import { Text } from '../../shell/text.js';
import { handOver } from '../devices/query.js';
import { decisionsOf, errorOf, inspectorOf } from '../parts/places.js';

/** All that is kept of one decision. */
export function Details({
  row,
  hasDevices,
}: {
  readonly row: DecisionRow;
  readonly hasDevices: boolean;
}): JSX.Element {
  return (
    <div class="stack">
      {row.code !== null && <Why row={row} code={row.code} />}
      <dl class="pairs">
        <Pair name="Time">{dateTime(row.at)}</Pair>
        <Pair name={row.type === 'endpoint' ? 'Device endpoint' : 'Route'}>
          <Text value={row.name} />
        </Pair>
        <Pair name="Answer">
          {row.status === null ? 'from the application' : String(row.status)}, decided in{' '}
          {duration(row.durationMs)}
        </Pair>
        <Pair name="Request id">
          <code>
            <Text value={row.requestId} />
          </code>{' '}
          <a href={decisionsOf({ requestId: row.requestId })}>Follow this request</a>
        </Pair>
        {row.device !== null && (
          <Pair name="Device hash">
            <code>
              <Text value={row.device} />
            </code>{' '}
            <a href={decisionsOf({ device: row.device })}>Follow this device</a>{' '}
            {hasDevices && (
              <a href="/devices" onClick={() => handOver(row.device ?? '', sessionStorage)}>
                Look up this device
              </a>
            )}
          </Pair>
        )}
        {row.address !== null && (
          <Pair name="Address hash">
            <code>
              <Text value={row.address} />
            </code>{' '}
            <a href={decisionsOf({ device: row.address })}>Follow this address</a>
          </Pair>
        )}
        <Pair name="Evidence that was verified">
          {row.evidence.length === 0 ? 'none' : <Text value={row.evidence.join(', ')} />}
        </Pair>
        <Pair name="App">{row.app === null ? 'not known' : <Text value={appOf(row.app)} />}</Pair>
        {row.claimed !== null && (
          <Pair name="Says of itself">
            your app, <Text value={row.claimed.version ?? 'without a version'} />{' '}
            <span class="faint">(nothing proves it)</span>
          </Pair>
        )}
      </dl>
    </div>
  );
}

function Why({ row, code }: { readonly row: DecisionRow; readonly code: string }): JSX.Element {
  return (
    <div class="stack">
      <p>
        {row.outcome === 'reported' ? 'It passed. Enforcing would have refused it: ' : 'It was refused: '}
        {row.says !== null && <Text value={`${row.says}.`} />}
      </p>
      <p class="row">
        <a href={errorOf(code)}>
          Cause and remedy of <code>{<Text value={code} shown={80} brief />}</code>
        </a>
        <a href={decisionsOf({ code })}>All with this code</a>
        <a href={inspectorOf({ code, at: row.at })}>Open in the inspector</a>
      </p>
    </div>
  );
}

function Pair({
  name,
  children,
}: {
  readonly name: string;
  readonly children: ComponentChildren;
}): JSX.Element {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}

function appOf({ id, platform, version }: NonNullable<DecisionRow['app']>): string {
  return [id, platform, version].filter((each) => each !== null).join(', ');
}
