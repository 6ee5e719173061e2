import type { JSX } from 'preact';
import type { RolloutRoute } from '../../../../gateway/src/shapes/rollout.js';
import { ago } from '../../shell/format.js';
import { Text } from '../../shell/text.js';
import { plural, shareOf } from '../parts/share.js';
import { ClassList } from './class-list.js';
import { configuredShare } from './preview.js';
import { Preview } from './preview-form.js';

const ADVICE: Readonly<Record<RolloutRoute['advice']['action'], string>> = {
  enforce: 'Enforce it',
  share: 'Enforce it for a share',
  wait: 'Wait',
  repair: 'Repair first',
  'no-data': 'No data yet',
};
const TONES: Readonly<Record<RolloutRoute['advice']['action'], string>> = {
  enforce: 'accepted',
  share: 'accepted',
  wait: 'reported',
  repair: 'refused',
  'no-data': 'open',
};

/** One route: what to do, the numbers behind it, and the lines that do it. */
export function RouteCard({ route }: { readonly route: RolloutRoute }): JSX.Element {
  const { advice, seen } = route;
  const id = `route-${route.route}`;
  return (
    <section class="card stack route" aria-labelledby={id}>
      <div class="row heading">
        <h2 id={id}>
          <Text value={route.route} shown={80} brief />
          <span class="hidden">: {adviceOf(route)}</span>
        </h2>
        <span class="faint">
          now <code>enforcement: {<Text value={route.enforcement} shown={20} brief />}</code>
        </span>
      </div>
      <p class="advice">
        <span class={`tag ${TONES[advice.action]}`}>{adviceOf(route)}</span>{' '}
        <Text value={advice.says} shown={800} />
      </p>
      {seen > 0 && (
        <div class="columns">
          <div class="stack">
            <h3>{refusedOf(route)}</h3>
            <ClassList route={route} />
            <p class="small faint">{sourceOf(route)}</p>
          </div>
          <Preview route={route} />
        </div>
      )}
    </section>
  );
}

/** What is enforced for all needs no other advice. */
function adviceOf({ advice: { action }, enforcement }: RolloutRoute): string {
  return action === 'enforce' && configuredShare(enforcement) === 100 ? 'Enforced' : ADVICE[action];
}

function refusedOf({ enforcement, seen, refused, counted }: RolloutRoute): string {
  const all = plural(seen, counted === 'devices' ? 'device' : 'request');
  const verb = configuredShare(enforcement) === 100 ? 'refuses' : 'would refuse';
  if (refused === 0) return `Enforcing ${verb} none of ${all}`;
  return `Enforcing ${verb} ${refused.toLocaleString()} of ${all} (${shareOf(refused, seen)})`;
}

function sourceOf({ days, since, counted, estimated }: RolloutRoute): string {
  const isWhole = since <= Date.now() - days * 86_400_000 + 3_600_000;
  return [
    isWhole
      ? `Of the last ${plural(days, 'day')}.`
      : `Counting began ${ago(since)}: ${plural(days, 'day')} are better.`,
    counted === 'devices'
      ? 'A device counts as refused if enforcing would refuse one of its requests.'
      : 'Counted in requests, because without devices the gateway has no hashes that tell phones apart.',
    ...(estimated ? ['Estimated from a sample.'] : []),
  ].join(' ');
}
