import type { JSX } from 'preact';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import type { Signed } from '../../../../gateway/src/shapes/access.js';
import type { Overview, Span } from '../../../../gateway/src/shapes/seen.js';
import { time } from '../../shell/format.js';
import { useLive, type Live } from '../live/connect.js';
import { LiveList } from '../live/live.js';
import { LiveStatus } from '../live/status.js';
import { countsSince } from '../live/stream.js';
import { Placeholder, Problem, useAsked } from '../parts/asked.js';
import { isPlain, useSearch } from '../parts/search.js';
import { sumOf } from '../parts/share.js';
import { Breakdowns } from './breakdowns.js';
import { Codes } from './codes.js';
import { Empty, Instance } from './instance.js';
import { Latencies } from './latencies.js';
import { LeadText } from './lead-text.js';
import { isDue, withLive } from './refresh.js';
import { SPANS, spanOf } from './span.js';
import { State, Troubles } from './state.js';
import { TimeChart } from './time-chart.js';
import { Totals } from './totals.js';

/** What this instance has seen in a span, and sees now. */
export function OverviewView({ signed }: { readonly signed: Signed }): JSX.Element {
  const [search, go] = useSearch();
  const span = spanOf(search);
  const { answer, askedAt, problem, isAsking, again } = useAsked<Overview>(`/api/overview?span=${span}`);
  const live = useLive();
  useRefresh({ span, askedAt, isStill: live.isPaused || isAsking, batchAt: live.batchAt, again });
  return (
    <>
      <div class="row heading">
        <h1>Dashboard</h1>
        <nav class="spans" aria-label="Span">
          {SPANS.map((each) => (
            <a
              href={`?span=${each.span}`}
              {...(each.span === span && { 'aria-current': 'true' as const })}
              onClick={(event) => {
                if (!isPlain(event)) return;
                event.preventDefault();
                go(`?span=${each.span}`);
              }}
            >
              {each.name}
            </a>
          ))}
        </nav>
        <LiveStatus live={live} />
      </div>
      {problem !== undefined && (
        <Problem problem={problem} onAgain={again}>
          {answer !== undefined && `The numbers below are from ${time(answer.at)}.`}
        </Problem>
      )}
      {answer === undefined ? (
        problem === undefined && <Placeholder heights={[5, 6, 22, 14, 14]} />
      ) : (
        <Shown overview={withLive(answer, countsSince(live.stream, answer.at))} asked={answer} live={live} />
      )}
      <Instance signed={signed} overview={answer} />
    </>
  );
}

/** Asks again when `isDue`. */
function useRefresh(state: {
  readonly span: Span;
  readonly askedAt: number;
  readonly isStill: boolean;
  readonly batchAt: number | undefined;
  readonly again: () => void;
}): void {
  const newest = useRef(state);
  newest.current = state;
  useEffect(() => {
    // One timer for all: batches come more often than it strikes.
    const timer = setInterval(() => {
      const { span, askedAt, isStill, batchAt, again } = newest.current;
      if (isStill || document.hidden) return;
      const fresh = batchAt !== undefined && batchAt > askedAt ? batchAt : undefined;
      if (isDue({ span, now: Date.now(), askedAt, batchAt: fresh })) again();
    }, 500);
    return () => clearInterval(timer);
  }, []);
}

/** `asked` is without the counts of the stream: comparisons are of whole spans. */
function Shown({
  overview,
  asked,
  live,
}: {
  readonly overview: Overview;
  readonly asked: Overview;
  readonly live: Live;
}): JSX.Element {
  const isEmpty = sumOf(overview.totals) === 0;
  // What a batch does not change is not drawn again four times a second.
  const [troubles, codes, rest] = useMemo(
    () => [
      <Troubles state={asked.state} />,
      <Codes overview={asked} />,
      <>
        {sumOf(asked.totals) > 0 && <Breakdowns overview={asked} />}
        <div class="columns roomy">
          <Latencies overview={asked} />
          <State state={asked.state} />
        </div>
      </>,
    ],
    [asked],
  );
  return (
    <>
      {isEmpty ? <Empty overview={overview} /> : <LeadText overview={overview} />}
      {troubles}
      {!isEmpty && (
        <>
          <Totals overview={overview} asked={asked} />
          <TimeChart overview={overview} />
        </>
      )}
      <div class={isEmpty ? '' : 'why'}>
        {!isEmpty && codes}
        <LiveList live={live} />
      </div>
      {rest}
    </>
  );
}
