import type { Overview } from '../../../../gateway/src/shapes/seen.js';
import { ago } from '../../shell/format.js';
import { plural } from '../parts/share.js';

/** Something about this instance that an operator on call has to know. */
export interface Trouble {
  readonly isBad: boolean;
  readonly says: string;
  /** What others said about it, which is shown as their words. */
  readonly words: string | undefined;
}

/** What a part says that is as it should be. */
const FINE = new Set(['ready', 'loaded', 'ok']);

/**
 * What is wrong with the gateway and the services that it asks, the worst first. Empty if all is well.
 *
 * @example troublesOf({ ready: true, components: {}, remotes: [], storeFailures: {} }, 0) // []
 */
export function troublesOf(state: Overview['state'], now: number): readonly Trouble[] {
  const found: Trouble[] = [];
  if (!state.ready)
    found.push({
      isBad: true,
      says: 'This instance is not ready: a load balancer that asks /readyz sends it nothing.',
      words: undefined,
    });
  for (const [name, problem] of Object.entries(state.components))
    if (!FINE.has(problem))
      found.push({ isBad: !state.ready, says: `Not as it should be: ${name}.`, words: problem });
  const failures = Object.entries(state.storeFailures).filter(([, count]) => count > 0);
  if (failures.length > 0) {
    const sum = failures.reduce((all, [, count]) => all + count, 0);
    const each = failures.map(([operation, count]) => `${operation}: ${count.toLocaleString()}`).join(', ');
    found.push({
      isBad: true,
      says: `${plural(sum, 'operation')} of the store failed. Requests that needed one could not be checked.`,
      words: each,
    });
  }
  for (const { what, circuit, answeredAt, problem } of state.remotes) {
    if (circuit === 'closed' && problem === null) continue;
    const last =
      answeredAt === null ? 'It has not answered yet.' : `It answered last ${ago(answeredAt, now)}.`;
    found.push({
      isBad: circuit === 'open',
      says:
        circuit === 'open'
          ? `The circuit breaker for the ${what} is open: after several failures it is asked again later. ${last}`
          : `The last request for the ${what} failed. ${last}`,
      words: problem ?? undefined,
    });
  }
  return found.toSorted((a, b) => Number(b.isBad) - Number(a.isBad));
}
