import { createGuard, type Guard } from '../../../src/create-guard.js';
import type { AppSign, Route, RouteOptions } from '../../../src/guard/internal.js';
import { AttestationError } from '../../../src/kernel/errors.js';
import type { EvidenceKind } from '../../../src/ports/attestation.js';
import type { CheckDef, Stage } from '../../../src/ports/checks.js';
import type { Appraisal, Evidence, VerifyContext } from '../../../src/ports/evidence.js';
import type { DecisionEvent, GuardEvent } from '../../../src/ports/events.js';
import type { AttestedRequest } from '../../../src/ports/request.js';

/** The kinds of doubles, as a package with a kind of its own declares it. */
declare module '../../../src/ports/attestation.js' {
  interface Attestation {
    readonly a?: unknown;
    readonly b?: unknown;
    readonly c?: unknown;
    readonly body?: unknown;
    readonly any?: unknown;
    readonly other?: unknown;
  }
}

export function check(code: string, stage: Stage): CheckDef {
  return { name: code, code, stage, says: `says ${code}`, spec: 'test' };
}

type Verify = (
  item: string,
  context: VerifyContext<unknown>,
) => Appraisal<unknown> | Promise<Appraisal<unknown>>;

/**
 * A kind of evidence whose item is the field of its own name; `verify` is the test's. By default an item holds
 * when it is `good`.
 */
export function double(kind: string, verify: Verify = defaultVerify(kind)): Evidence {
  return {
    kind,
    statuses: { missing: 401, malformed: 402, untrusted: 403, denied: 404 },
    routeOptions: [`${kind}Option`],
    demand: (options) => options[`${kind}Option`],
    find(sent) {
      const values = sent.fields(kind);
      if (values.length > 1) throw new AttestationError(check(`${kind}_REPEATED`, 'malformed'));
      const [item] = values;
      return item === undefined
        ? { present: false, check: check(`${kind}_MISSING`, 'missing') }
        : { present: true, item };
    },
    verify: verify as Evidence['verify'],
  };
}

function defaultVerify(kind: string): Verify {
  return (item) => {
    if (item !== 'good')
      throw new AttestationError(check(`${kind}_${item}`, item === 'denied' ? 'denied' : 'untrusted'));
    return { result: { kind } };
  };
}

export function request(
  fields: Record<string, string | string[]> = {},
  more: Partial<AttestedRequest> = {},
): AttestedRequest {
  return { method: 'GET', target: '/path?query=1', fields: (name) => [fields[name] ?? []].flat(), ...more };
}

/** A check of a store that cannot be reached. */
export const DOWN: CheckDef = check('STORE_DOWN', 'unavailable');

/** A guard of these kinds, and the events of what it has decided. */
export function guarding(
  evidence: Evidence[],
  more: { accept?: EvidenceKind[]; enforcement?: 'report'; appSign?: AppSign } = {},
): { guard: Guard; events: DecisionEvent[] } {
  const events: DecisionEvent[] = [];
  const onEvent = (event: GuardEvent) => void (event.type === 'decision' && events.push(event));
  return { guard: createGuard({ evidence, onEvent, ...more }), events };
}

/** Status and code of a refusal; kinds with a result and codes reported of an acceptance. */
export async function decided(guard: Guard, sent: AttestedRequest, asked?: Route): Promise<unknown> {
  const decision = await guard.check(sent, asked);
  if (decision.outcome === 'refuse') return [decision.response.status, decision.error.code];
  return [Object.keys(decision.results), decision.reported.map(({ code }) => code)];
}

/** A route with options that only a double's kind has. */
export function route(guard: Guard, options: object): Route {
  return guard.route(options as RouteOptions);
}
