import type { GatewayRule } from '../../config/compose.js';
import type { Config } from '../../config/load.js';
import type { liveOf } from '../../live.js';
import { isAtLeast } from '../../routes/strictness.js';
import { readTarget } from '../../routes/target.js';
import { asked, matchOf, placeOf } from './demands.js';
import type { WrittenRequest } from './request.js';

type Live = ReturnType<typeof liveOf>;

interface Match {
  /** `routes[2]` */
  readonly field: string;
  readonly name: string;
  readonly matches: string;
  readonly asks: string;
}

/** What becomes of a request, and why. */
export interface Explained {
  readonly method: string;
  readonly target: string;
  readonly host: string | null;
  /** The paths that servers may take the target for. */
  readonly readings: readonly string[];
  readonly matches: readonly Match[];
  /** The one that decides; null if none does. */
  readonly decides: string | null;
  readonly why: string;
  readonly upstream: string | null;
  readonly answer: {
    readonly outcome: 'accepted' | 'reported' | 'open' | 'refused' | 'answered here';
    readonly status: number | null;
    readonly evidence: readonly string[];
    readonly code: string | null;
    readonly says: string | null;
  };
}

const JWKS = '/.well-known/attestkit/jwks.json';
const RESULT_KEYS = '/.well-known/attestkit/results.json';

/** @param live over a store in memory: devices that have enrolled elsewhere are not known */
export async function explain(request: WrittenRequest, config: Config, live: Live): Promise<Explained> {
  const { method, host } = request;
  const target = readTarget(request.target);
  const nothing = {
    method,
    target: request.target,
    host: host ?? null,
    readings: target?.readings() ?? [],
    matches: [],
    decides: null,
    upstream: null,
  };
  const refused = (status: number, why: string): Explained => ({ ...nothing, why, answer: refusal(status) });
  if (['CONNECT', 'TRACE'].includes(method)) return refused(405, `${method} is never passed on.`);
  if (target === undefined)
    return refused(
      400,
      'The target has characters that no server has to accept, or that servers read in different ways.',
    );
  const { devicePath, rules, table, guard } = live;
  const { path } = target;
  const isEndpoint = devicePath !== undefined && (path === JWKS || path.startsWith(`${devicePath}/`));
  const isOwn = isEndpoint || (path === RESULT_KEYS && config.settings.resultToken !== undefined);
  if (isOwn)
    return {
      ...nothing,
      why: 'The gateway answers it by itself, before routes: a device endpoint, or its public keys.',
      answer: { ...refusal(null), outcome: 'answered here' },
    };
  const found = table.match({ method, host: host ?? '', target });
  const { rule } = found;
  const matches = found.matches.map((each) => matchFor(each, rules));
  const places = { ...nothing, matches };
  if (rule === undefined) {
    const isRefused = (config.settings.ambiguousPaths ?? 'refuse') === 'refuse';
    const why = isRefused
      ? 'Servers read the target in different ways (ambiguousPaths: refuse).'
      : 'Servers read the target in different ways, and none of the routes that match asks for all that the others ask for.';
    return { ...places, why, answer: refusal(400) };
  }
  const decided = {
    ...places,
    decides: placeOf(rule, rules),
    why: whyOf(rule, found.matches, live),
    upstream: rule.upstream ?? null,
  };
  if (rule.route === undefined) return { ...decided, answer: { ...refusal(null), outcome: 'open' } };
  const decision = await guard.check(
    {
      method,
      target: target.raw,
      fields: (name) => request.fields(name),
      ip: '127.0.0.1',
      body: () => Promise.resolve(new Uint8Array()),
    },
    rule.route,
  );
  if (decision.outcome === 'refuse') {
    const { code, message } = decision.error;
    return { ...decided, answer: { ...refusal(decision.response.status), code, says: message } };
  }
  const [first] = decision.reported;
  return {
    ...decided,
    answer: {
      outcome: first === undefined ? 'accepted' : 'reported',
      status: null,
      evidence: Object.keys(decision.results),
      code: first?.code ?? null,
      says: first?.message ?? null,
    },
  };
}

function refusal(status: number | null): Explained['answer'] {
  return { outcome: 'refused', status, evidence: [], code: null, says: null };
}

function matchFor(rule: GatewayRule, rules: readonly GatewayRule[]): Match {
  return { field: placeOf(rule, rules), name: rule.name, matches: matchOf(rule), asks: asked(rule) };
}

function whyOf(rule: GatewayRule, matches: readonly GatewayRule[], { fallback }: Live): string {
  if (rule === fallback) return 'No route matches it.';
  const [, second] = matches;
  if (second === undefined) return 'It is the one route that matches.';
  const isStricter = matches.some((other) => !isAtLeast(other.demands, rule.demands));
  return isStricter
    ? 'It asks for all that the other matching routes ask for, and the strictest decides.'
    : 'The matching routes ask the same, and it is the one that matches fewer requests.';
}

/** The same as text. */
export function explained(found: Explained): string {
  const { method, target, host, readings, matches, decides, why, upstream, answer } = found;
  const width = Math.max(...matches.map(({ field }) => field.length), 0);
  return [
    `${method} ${target}${host === null ? '' : ` on ${host}`}`,
    ...(readings.length > 1
      ? ['', 'Servers may read the path as', ...readings.map((each) => `  ${each}`)]
      : []),
    '',
    ...matches.map(
      ({ field, matches: pattern, asks }) =>
        `${field === decides ? '->' : '  '} ${field.padEnd(width)}  ${pattern}  (${asks})`,
    ),
    why,
    ...(upstream === null ? [] : [`Upstream: ${upstream}`]),
    `Answer:   ${answerText(answer)}`,
    '',
  ].join('\n');
}

function answerText({ outcome, status, evidence, code, says }: Explained['answer']): string {
  const reason = code === null ? '' : ` ${code}: ${says}`;
  if (outcome === 'refused') return `refused with ${status}${reason}`;
  if (outcome === 'reported') return `passed on, though enforcing would refuse it.${reason}`;
  if (outcome === 'accepted')
    return `passed on, with ${evidence.join(', ') || 'no evidence: it is a CORS preflight'}`;
  return outcome === 'open' ? 'passed on unchecked' : 'by the gateway itself';
}
