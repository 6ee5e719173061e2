import { AttestationError } from '../kernel/errors.js';
import type { Attestation } from '../ports/attestation.js';
import type { CheckDef } from '../ports/checks.js';
import type { Decision, Enforcement } from '../ports/decision.js';
import type { Appraisal, Evidence, Need, VerifyContext } from '../ports/evidence.js';
import type { AttestedRequest } from '../ports/request.js';
import { GUARD_CHECKS } from './checks.js';
import { emit, type Telling } from './telling/emit.js';
import { enforcementFor } from './enforcement.js';
import { isPreflight, pathOf } from './exempt.js';
import { readBody } from './read-body.js';
import { refuse } from './answers/refusal.js';
import { requiredBy, type Demanded, type ReadyRoute } from './route.js';

/** What is known of one request while it is decided about. */
interface Progress {
  readonly request: AttestedRequest;
  readonly route: ReadyRoute;
  now: number;
  readonly clock: () => number;
  /** By the monotonic clock; 0 without a listener. */
  readonly startedAt: number;
  /** The kind at work: a failure is its failure, and answered with its statuses. */
  at: Evidence;
  readonly results: Record<string, unknown>;
  readonly reported: AttestationError[];
  readonly met: string[];
  readonly skipped: string[];
  /** What the request uses up once all its evidence holds. */
  readonly deferred: Deferred[];
}

/** The kind that an appraisal is of, with the step that is left to do. */
interface Deferred {
  readonly evidence: Evidence;
  readonly met: Appraisal<unknown>['met'];
  readonly consume: () => Promise<unknown>;
  readonly consumption: Enforcement | undefined;
}

/** An item of evidence that the request carries, with what the route asks of it. */
interface Selected extends Demanded {
  readonly item: unknown;
}

const NOTHING: Attestation = Object.freeze({});

/** Decides about one request: find, verify, use up, conclude. Never throws, never rejects. */
export function decide(
  request: AttestedRequest,
  route: ReadyRoute,
  now: () => number,
  telling: Telling,
): Decision<Attestation> | Promise<Decision<Attestation>> {
  const first = (route.require[0] ?? route.accept[0]) as Demanded;
  const progress: Progress = {
    request,
    route,
    now: Number.NaN,
    clock: now,
    startedAt: telling.onEvent === undefined ? 0 : performance.now(),
    at: first.evidence,
    results: {},
    reported: [],
    met: [],
    skipped: [],
    deferred: [],
  };
  try {
    progress.now = now();
    const exempt = exemption(request, route);
    if (exempt !== undefined) return passUnchecked(progress, exempt, telling);
    const verifying = thenConsume(verifyFrom(0, select(progress), progress), progress);
    if (verifying === undefined) return accept(progress, progress.results as Attestation, telling);
    return verifying.then(
      () => accept(progress, progress.results as Attestation, telling),
      (error: unknown) => fail(error, progress, telling),
    );
  } catch (error) {
    return fail(error, progress, telling);
  }
}

function exemption(request: AttestedRequest, route: ReadyRoute): 'excluded' | 'preflight' | undefined {
  const { excluded } = route;
  if (excluded !== undefined) {
    const { target, routed = target } = request;
    if (excluded(pathOf(target)) && excluded(pathOf(routed))) return 'excluded';
  }
  return route.preflight && isPreflight(request) ? 'preflight' : undefined;
}

/** Every required kind, and the first accepted one that is present. */
function select(progress: Progress): readonly Selected[] {
  const { request, route } = progress;
  const selected: Selected[] = [];
  for (const { evidence, demand } of route.require) {
    progress.at = evidence;
    const found = evidence.find(request);
    if (!found.present) throw new AttestationError(found.check);
    selected.push({ evidence, demand, item: found.item });
  }
  let missing: CheckDef | undefined;
  for (const { evidence, demand } of route.accept) {
    progress.at = evidence;
    const found = evidence.find(request);
    if (found.present) {
      selected.push({ evidence, demand, item: found.item });
      return selected;
    }
    missing ??= found.check;
  }
  // Test the list of accepted kinds, not the findings: a custom kind may report absence without a check.
  const [first] = route.accept;
  if (first === undefined) return selected;
  progress.at = first.evidence;
  throw new AttestationError(missing as CheckDef);
}

/** Verifies the selected items from `index` on; a promise only if one had to be waited for. */
function verifyFrom(
  index: number,
  selected: readonly Selected[],
  progress: Progress,
): Promise<void> | undefined {
  for (let at = index; at < selected.length; at += 1) {
    const { evidence, demand, item } = selected[at] as Selected;
    progress.at = evidence;
    const appraisal = evidence.verify(item, contextOf(progress, demand));
    // Not `instanceof Promise`: one of another realm would pass for an appraisal, and may yet reject.
    if ('then' in appraisal) {
      return Promise.resolve(appraisal).then((settled) => {
        note(settled, progress);
        return verifyFrom(at + 1, selected, progress);
      });
    }
    note(appraisal, progress);
  }
  return undefined;
}

/** Two phases: what is used up first and refused after would be lost to its sender. */
function thenConsume(verifying: Promise<void> | undefined, progress: Progress): Promise<void> | undefined {
  if (verifying !== undefined) return verifying.then(() => consumeAll(progress));
  return progress.deferred.length === 0 ? undefined : consumeAll(progress);
}

async function consumeAll(progress: Progress): Promise<void> {
  for (const { evidence, consume, met, consumption } of progress.deferred) {
    progress.at = evidence;
    try {
      conclude(await consume(), met, progress);
    } catch (error) {
      if (consumption === undefined || !(error instanceof AttestationError)) throw error;
      if (consumption !== 'report') throw new Refused(error);
      progress.reported.push(error);
    }
  }
}

function contextOf(progress: Progress, demand: unknown): VerifyContext<unknown> {
  const { request, now, clock, route } = progress;
  return {
    request,
    demand,
    now,
    clock,
    enforcement: enforcementFor(route.enforcement, request, progress.results),
    results: progress.results,
    body: () => readBody(request, route.maxBodyBytes),
  };
}

function note(
  { result, consume, consumption, unmet, met, skipped }: Appraisal<unknown>,
  progress: Progress,
): void {
  const failures = listOf(unmet);
  for (const { enforcement, error } of failures) if (enforcement !== 'report') throw new Refused(error);
  for (const { error } of failures) progress.reported.push(error);
  progress.skipped.push(...listOf(skipped));
  if (consume !== undefined) progress.deferred.push({ evidence: progress.at, consume, met, consumption });
  conclude(result, consume === undefined ? met : undefined, progress);
}

/** One value, several, or nothing, as a list. */
function listOf<T>(value: T | readonly T[] | undefined): readonly T[] {
  if (value === undefined) return NONE;
  return Array.isArray(value) ? (value as readonly T[]) : [value as T];
}

const NONE: readonly never[] = [];

function conclude(result: unknown, met: Appraisal<unknown>['met'], progress: Progress): void {
  if (result === undefined) throw new TypeError('the evidence was verified, and gave no result');
  progress.met.push(...listOf(met));
  progress.results[progress.at.kind] = result;
}

/** A demand that is enforced even where the route only reports failures of the evidence itself. */
class Refused {
  readonly error: AttestationError;

  constructor(error: AttestationError) {
    this.error = error;
  }
}

function fail(thrown: unknown, progress: Progress, telling: Telling): Decision<Attestation> {
  const { route, at } = progress;
  const reason = thrown instanceof Refused ? thrown.error : thrown;
  const error =
    reason instanceof AttestationError
      ? reason
      : new AttestationError(GUARD_CHECKS.internal, { cause: reason });
  const enforcement = enforcementFor(route.enforcement, progress.request, progress.results);
  if (enforcement === 'report' && !(thrown instanceof Refused)) {
    progress.reported.push(error);
    return accept(progress, NOTHING, telling, 'report');
  }
  // What it required was verified, and is worth nothing without it; of itself, what it uses up was left to do.
  delete progress.results[at.kind];
  for (const each of route.require)
    if (each.evidence === at) for (const kind of requiredBy(each)) delete progress.results[kind];
  const response = refuse(error, at.statuses, route.refusal, () => needsOf(error, progress));
  route.counts.add('refused', error.code);
  const { results } = progress;
  emit(telling, progress, { enforcement, results, refused: error, status: response.status });
  return { outcome: 'refuse', error, response };
}

/**
 * What the client has to bring: evidence of the kind that refused, or, where the route takes any of several, of one of
 * the others.
 */
function needsOf(error: AttestationError, { at, route }: Progress): readonly Need[] {
  const ofKind = ({ evidence, demand }: Demanded): Need => {
    const why = evidence === at ? error : undefined;
    try {
      return evidence.need?.(demand, why) ?? { need: 'token' };
    } catch {
      // A mistake in it must not turn a refusal into an outage.
      return { need: 'token' };
    }
  };
  const accepted = route.accept.some(({ evidence }) => evidence === at);
  return (accepted ? route.accept : route.require.filter(({ evidence }) => evidence === at)).map(ofKind);
}

function accept(
  progress: Progress,
  results: Attestation,
  telling: Telling,
  enforcement = enforcementFor(progress.route.enforcement, progress.request, progress.results),
): Decision<Attestation> {
  const { reported, skipped, route } = progress;
  if (reported.length === 0) route.counts.accept();
  for (const error of reported) route.counts.add('reported', error.code);
  for (const name of skipped) route.counts.add('skipped', name);
  emit(telling, progress, { enforcement, results: results as Record<string, unknown> });
  return {
    outcome: 'accept',
    results: Object.freeze(withReported(results, reported)),
    reported,
    caching: route.caching,
  };
}

/** For handlers, which do not get the decision. */
function withReported(results: Attestation, reported: readonly AttestationError[]): Attestation {
  if (reported.length === 0) return results;
  return Object.defineProperty({ ...results }, 'reported', { value: Object.freeze([...reported]) });
}

function passUnchecked(
  progress: Progress,
  exempt: 'excluded' | 'preflight',
  telling: Telling,
): Decision<Attestation> {
  progress.route.counts.add('open', exempt);
  const enforcement = enforcementFor(progress.route.enforcement, progress.request, progress.results);
  emit(telling, progress, { enforcement, results: progress.results, exempt });
  return { outcome: 'accept', results: NOTHING, reported: progress.reported };
}
