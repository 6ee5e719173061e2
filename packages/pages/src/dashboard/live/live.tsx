import type { JSX } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Counts, DecisionRow } from '../../../../gateway/src/shapes/seen.js';
import { time } from '../../shell/format.js';
import { Text } from '../../shell/text.js';
import { decisionsOf } from '../parts/places.js';
import { plural } from '../parts/share.js';
import type { Live } from './connect.js';
import { countsSince, summaryOf, type Entry } from './stream.js';

/** How often a screen reader is told what came. */
const SUMMARY_MS = 10_000;

/** The newest decisions as they come. */
export function LiveList({ live }: { readonly live: Live }): JSX.Element {
  const { entries } = live.stream;
  return (
    <section class="card live" aria-labelledby="live">
      <h2 id="live">As it happens</h2>
      <Summary live={live} />
      {entries.length === 0 ? (
        <p class="faint">Requests appear here as they come, the newest first.</p>
      ) : (
        <ol class="live-rows" aria-live="off" aria-label="Requests, the newest first" tabIndex={0}>
          {entries.map((entry) => (
            <Line key={'row' in entry ? entry.row.id : entry.key} entry={entry} />
          ))}
        </ol>
      )}
      <p class="small faint">
        The last 200 at most. <a href="/decisions">All decisions that are kept</a>
      </p>
    </section>
  );
}

/** Drawn once: it never changes. */
function Line({ entry }: { readonly entry: Entry }): JSX.Element {
  return useMemo(
    () =>
      'row' in entry ? (
        <Row row={entry.row} />
      ) : (
        <li class="more faint">… and {entry.left.toLocaleString()} more</li>
      ),
    [entry],
  );
}

function Row({ row }: { readonly row: DecisionRow }): JSX.Element {
  return (
    <li>
      <time class="faint" dateTime={new Date(row.at).toISOString()}>
        {time(row.at)}
      </time>
      <span class={`tag ${row.outcome}`}>{row.outcome}</span>
      <span class="what">
        <Text value={row.name} shown={60} brief />
        <Reason row={row} />
      </span>
      <a class="small" href={decisionsOf({ requestId: row.requestId })}>
        Details<span class="hidden"> of the request at {time(row.at)}</span>
      </a>
    </li>
  );
}

function Reason({ row }: { readonly row: DecisionRow }): JSX.Element {
  if (row.code !== null)
    return (
      <>
        {': '}
        <code>
          <Text value={row.code} shown={80} brief />
        </code>
      </>
    );
  const from = [row.evidence[0], row.app?.platform, row.app?.version].filter(
    (each) => each !== undefined && each !== null,
  );
  if (from.length === 0) return <></>;
  return (
    <span class="faint">
      {' '}
      <Text value={from.join(' ')} shown={60} brief />
    </span>
  );
}

/** Politely, and seldom. */
function Summary({ live }: { readonly live: Live }): JSX.Element {
  const [says, setSays] = useState('');
  const newest = useRef(live);
  newest.current = live;
  useEffect(() => {
    let told = 0;
    const timer = setInterval(() => {
      const { stream, isPaused } = newest.current;
      const counts: Counts = countsSince(stream, told);
      told = stream.batches.at(-1)?.at ?? told;
      const text = isPaused ? '' : summaryOf(counts);
      setSays(text === '' ? '' : `In the last ${plural(SUMMARY_MS / 1000, 'second')}: ${text}.`);
    }, SUMMARY_MS);
    return () => clearInterval(timer);
  }, []);
  return (
    <p class="hidden" role="status">
      {says}
    </p>
  );
}
