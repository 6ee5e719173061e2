import type { JSX } from 'preact';
import type { Rollout } from '../../../../gateway/src/shapes/rollout.js';
import { Placeholder, Problem, useAsked } from '../parts/asked.js';
import { Copy } from '../parts/copy.js';
import { SIGN_LINES, signAdvice } from './lines.js';
import { configuredShare } from './preview.js';
import { RouteCard } from './route-card.js';

/** What enforcing each route would do. */
export function RolloutView(): JSX.Element {
  const { answer, problem, again } = useAsked<Rollout>('/api/rollout');
  return (
    <>
      <div class="stack">
        <h1>Rollout</h1>
        <p class="faint">
          What enforcing would refuse, route by route, and who that is. This page changes nothing: you change
          the configuration file, and the gateway takes it without a restart.
        </p>
      </div>
      {problem !== undefined && <Problem problem={problem} onAgain={again} />}
      {answer === undefined ? (
        problem === undefined && <Placeholder heights={[28, 28]} />
      ) : answer.routes.length === 0 ? (
        <section class="card stack" aria-labelledby="empty">
          <h2 id="empty">No route has a check yet.</h2>
          <p>
            Begin with a route that only reports. It refuses nothing, and counts here what enforcing would
            refuse:
          </p>
          <Copy
            text={'routes:\n  - { path: /orders/*, name: orders, enforcement: report }'}
            label="Copy the lines"
            what="a route in report mode"
          />
        </section>
      ) : (
        <>
          <Sign rollout={answer} />
          {sorted(answer.routes).map((route) => (
            <RouteCard key={route.route} route={route} />
          ))}
        </>
      )}
    </>
  );
}

/** First those that are not enforced yet: the others are done. */
function sorted(routes: Rollout['routes']): Rollout['routes'] {
  return routes.toSorted((a, b) => isDone(a) - isDone(b));
}

function isDone({ enforcement }: Rollout['routes'][number]): number {
  return Number(configuredShare(enforcement) === 100);
}

function Sign({ rollout }: { readonly rollout: Rollout }): JSX.Element {
  const advice = signAdvice(rollout);
  if (advice === undefined) return <></>;
  return (
    <section class="notice warn stack" aria-labelledby="sign">
      <h2 id="sign">
        {rollout.hasSign ? 'Old versions cannot be told apart yet' : 'Your app cannot be told apart yet'}
      </h2>
      <p>{advice}</p>
      <Copy text={SIGN_LINES} label="Copy the line" what="the sign of the app" />
      <p class="small">
        Nothing proves such a sign, so it decides nothing. It only sorts failures here. Requests that came
        before the change stay as they were counted.
      </p>
    </section>
  );
}
