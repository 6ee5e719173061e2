import type { JSX } from 'preact';
import type { Signed } from '../../../../gateway/src/shapes/access.js';
import type { Overview } from '../../../../gateway/src/shapes/seen.js';
import { ago, dateTime } from '../../shell/format.js';
import { Text } from '../../shell/text.js';
import { lastOf } from './span.js';

/** Whose numbers these are. */
export function Instance({
  signed,
  overview,
}: {
  readonly signed: Signed;
  readonly overview: Overview | undefined;
}): JSX.Element {
  return (
    <p class="small faint instance">
      These are the numbers of <Text value={signed.instance} shown={80} /> alone, attestkit-gateway{' '}
      <Text value={signed.version} shown={40} />
      {overview !== undefined && <>, which has counted since {dateTime(overview.since)}</>}. The sum over a
      fleet, and a long history, are for Prometheus and Grafana: ask <code>/metrics</code>.
    </p>
  );
}

/** A gateway that has not seen a request yet, or not lately. */
export function Empty({ overview }: { readonly overview: Overview }): JSX.Element {
  const isNew = overview.since >= overview.from;
  return (
    <section class="card stack empty" aria-labelledby="empty">
      <h2 id="empty">
        {isNew ? 'No request has come yet.' : `No request came in ${lastOf(overview.span)}.`}
      </h2>
      {isNew ? (
        <>
          <p>
            This gateway began to count {ago(overview.since)}. Try a request, to the address of{' '}
            <code>traffic.listen</code> in its configuration:
          </p>
          <pre>curl -i http://127.0.0.1:8080/</pre>
          <p class="faint">It appears here within a second. Nothing has to be reloaded.</p>
        </>
      ) : (
        <p>
          Look at a longer time above, or whether the load balancer sends requests to this instance. It has
          counted since {dateTime(overview.since)}.
        </p>
      )}
    </section>
  );
}
