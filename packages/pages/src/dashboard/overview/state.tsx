import type { JSX } from 'preact';
import type { Overview, RemoteState } from '../../../../gateway/src/shapes/seen.js';
import { ago, dateTime } from '../../shell/format.js';
import { Text } from '../../shell/text.js';
import { troublesOf } from './health.js';

/** What is wrong, before everything else. */
export function Troubles({ state }: { readonly state: Overview['state'] }): JSX.Element {
  const troubles = troublesOf(state, Date.now());
  return (
    <div role="status" class="stack">
      {troubles.length === 0 && (
        <p class="fine">
          <span class="dot connected" aria-hidden="true" />
          No trouble: the store works, and no service that this gateway fetches from fails.
        </p>
      )}
      {troubles.length > 0 && (
        <ul class={troubles.some(({ isBad }) => isBad) ? 'notice bad troubles' : 'notice warn troubles'}>
          {troubles.map(({ says, words }) => (
            <li key={says}>
              {says}
              {words !== undefined && (
                <>
                  {' '}
                  <code>
                    <Text value={words} shown={200} />
                  </code>
                </>
              )}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** The parts of this instance, and the services that it fetches from. */
export function State({ state }: { readonly state: Overview['state'] }): JSX.Element {
  return (
    <section class="card stack" aria-labelledby="state">
      <h2 id="state">State of this instance</h2>
      <dl class="pairs">
        <dt>Ready</dt>
        <dd>{state.ready ? 'yes' : <span class="tag refused">no</span>}</dd>
        {Object.entries(state.components).map(([name, says]) => (
          <>
            <dt>
              <Text value={name} shown={40} />
            </dt>
            <dd>
              <Text value={says} shown={200} />
            </dd>
          </>
        ))}
        <dt>Store failures</dt>
        <dd>{failuresOf(state.storeFailures)}</dd>
      </dl>
      {state.remotes.length > 0 && (
        <ul class="remotes">
          {state.remotes.map((remote) => (
            <Remote key={remote.host + remote.what} remote={remote} />
          ))}
        </ul>
      )}
    </section>
  );
}

function failuresOf(failures: Readonly<Record<string, number>>): string {
  const some = Object.entries(failures).filter(([, count]) => count > 0);
  return some.length === 0
    ? 'none'
    : some.map(([operation, count]) => `${operation}: ${count.toLocaleString()}`).join(', ');
}

function Remote({ remote }: { readonly remote: RemoteState }): JSX.Element {
  const { what, host, circuit, answeredAt, problem } = remote;
  return (
    <li>
      <p>
        <b>
          <Text value={what} shown={80} />
        </b>{' '}
        {circuit === 'open' && <span class="tag refused">circuit breaker open</span>}
      </p>
      <p class="small faint">
        {what !== host && (
          <>
            <Text value={host} shown={100} />,{' '}
          </>
        )}
        {answeredAt === null ? (
          'not asked yet, or never answered'
        ) : (
          <time dateTime={new Date(answeredAt).toISOString()} title={dateTime(answeredAt)}>
            answered {ago(answeredAt)}
          </time>
        )}
      </p>
      {problem !== null && (
        <p class="small">
          Last problem: <Text value={problem} shown={200} />
        </p>
      )}
    </li>
  );
}
