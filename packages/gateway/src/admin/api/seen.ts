import type { Outcome } from 'attestkit';
import type { History } from '../../history/history.js';
import type { Span } from '../../shapes/seen.js';
import { jsonAnswer, Refusal } from '../answer.js';
import type { Readiness } from '../readiness.js';
import { oneOf } from './body.js';
import type { Endpoints } from './call.js';

/** What the overview and the rollout view are made of. */
export interface SeenContext {
  readonly history: History;
  /** Pages add the batches of their streams to counts that are older: no batch may have what is counted already. */
  readonly flush: () => void;
  /** Never rejects. */
  readonly readiness: () => Promise<Readiness>;
  readonly routes: () => readonly { readonly route: string; readonly enforcement: string }[];
  readonly app: () => { readonly since?: string; readonly hasSign: boolean };
}

const SPANS: readonly Span[] = ['hour', 'day', 'week'];
const OUTCOMES: readonly Outcome[] = ['accepted', 'reported', 'refused', 'open'];
const FILTERS = ['name', 'code', 'requestId', 'device'] as const;
const MOST_FILTER = 512;
const MOST_ROWS = 200;
const SOME_ROWS = 50;

/** What was seen, over time. */
export function seenEndpoints({ history, flush, readiness, routes, app }: SeenContext): Endpoints {
  return {
    'GET /api/overview': {
      needs: 'read',
      async answer({ query }) {
        const given = single(query, ['span']);
        const span = oneOf(given.get('span') ?? 'hour', 'span', SPANS);
        const state = await readiness();
        flush();
        return jsonAnswer(200, history.overview(span, state));
      },
    },
    'GET /api/decisions': {
      needs: 'read',
      answer: ({ query }) => jsonAnswer(200, history.decisions(decisionsQuery(query))),
    },
    'GET /api/rollout': {
      needs: 'read',
      answer: ({ query }) => {
        single(query, []);
        return jsonAnswer(200, history.rollout(routes(), app()));
      },
    },
  };
}

function decisionsQuery(query: URLSearchParams): Parameters<History['decisions']>[0] {
  const given = single(query, ['outcome', ...FILTERS, 'before', 'limit']);
  const outcome = given.get('outcome');
  const before = given.get('before');
  const limit = given.get('limit');
  return {
    ...Object.fromEntries(FILTERS.flatMap((name) => (given.has(name) ? [[name, given.get(name)]] : []))),
    ...(outcome !== undefined && { outcome: oneOf(outcome, 'outcome', OUTCOMES) }),
    ...(before !== undefined && { before: whole(before, 'before', Number.MAX_SAFE_INTEGER) }),
    limit: limit === undefined ? SOME_ROWS : whole(limit, 'limit', MOST_ROWS),
  };
}

/** Each known parameter once. @throws Refusal */
function single(query: URLSearchParams, names: readonly string[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [name, value] of query) {
    if (!names.includes(name)) throw new Refusal(400, 'There is an unknown parameter.');
    if (found.has(name)) throw new Refusal(400, `${name} is given twice.`);
    if (value.length > MOST_FILTER) throw new Refusal(400, `${name} is too long.`);
    found.set(name, value);
  }
  return found;
}

function whole(text: string, name: string, most: number): number {
  const value = Number(text);
  if (!/^[0-9]{1,16}$/.test(text) || value < 1 || value > most)
    throw new Refusal(400, `${name} has to be a whole number from 1 to ${most}.`);
  return value;
}
