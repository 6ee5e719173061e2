import type { DecisionEvent, EndpointEvent, FailureFacts } from 'attestkit';
import type { AdminEvent, GatewayEvent } from '../events.js';

/** What is logged of an event. */
export interface Entry {
  /** What it is about: a route, an endpoint, an upstream. Undefined if it is about the gateway itself. */
  readonly subject: string | undefined;
  readonly outcome: string;
  /** An error code, or an HTTP status. */
  readonly code: string | undefined;
  readonly says: string;
  /** For machines. Never a path, which may name a user or be a secret link, nor a token or an address. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Chooses what is logged: a member that is not named here stays out. */
export function entryOf(event: GatewayEvent): Entry {
  switch (event.type) {
    case 'decision':
      return decision(event);
    case 'endpoint':
      return endpoint(event);
    case 'device': {
      const { requestId, change, device, recordId, proof, evidence, app } = event;
      const fields = { requestId, change, device, recordId, proof, evidence, app };
      return { subject: evidence, outcome: change, code: undefined, says: `a device was ${change}`, fields };
    }
    case 'session': {
      const { requestId, change, device, recordId, session } = event;
      const says = change === 'reused' ? 'a used refresh token was sent again' : `a session has ${change}`;
      const fields = { requestId, change, device, recordId, session };
      return { subject: undefined, outcome: change, code: undefined, says, fields };
    }
    case 'store': {
      const { operation, code, cause } = event;
      const says = withCause(`the store failed to ${operation}`, cause);
      const fields = { operation, code, cause, durationMs: rounded(event.durationMs) };
      return { subject: 'store', outcome: 'failed', code, says, fields };
    }
    case 'remote': {
      const { host, status, cause, circuit } = event;
      const fields = { host, status, cause, circuit, durationMs: rounded(event.durationMs) };
      const outcome = circuit ?? (cause === undefined ? 'answered' : 'failed');
      const says =
        circuit === undefined
          ? withCause('another service was asked', cause)
          : withCause(`the circuit breaker has ${circuit}`, cause);
      return { subject: host, outcome, code: codeOf(status), says, fields };
    }
    case 'configuration': {
      const { option, says } = event;
      return { subject: option, outcome: 'look', code: undefined, says, fields: { option } };
    }
    case 'fault': {
      const { requestId, status, says } = event;
      return {
        subject: undefined,
        outcome: 'refused',
        code: codeOf(status),
        says,
        fields: { requestId, status },
      };
    }
    case 'upstream': {
      const { requestId, upstream, status, cause } = event;
      const fields = { requestId, upstream, status, cause, durationMs: rounded(event.durationMs) };
      const [outcome, says] =
        cause === undefined
          ? ['answered', 'the upstream answered']
          : ['failed', withCause('no answer', cause)];
      return { subject: upstream, outcome, code: codeOf(status), says, fields };
    }
    case 'question': {
      const { requestId, convention, outcome } = event;
      const fields = { requestId, convention, outcome };
      return { subject: convention, outcome, code: undefined, says: 'a proxy has asked', fields };
    }
    case 'reload': {
      const { outcome, says } = event;
      const sentence =
        says === undefined ? 'the new configuration is in use' : `the old configuration stays:\n${says}`;
      return { subject: undefined, outcome, code: undefined, says: sentence, fields: { outcome } };
    }
    case 'listening': {
      const { listener, url } = event;
      return {
        subject: listener,
        outcome: 'listening',
        code: undefined,
        says: url,
        fields: { listener, url },
      };
    }
    case 'admin': {
      const { name, action, recordId, what, outcome } = event;
      const fields = { name, action, recordId, what, outcome };
      return { subject: 'admin', outcome, code: undefined, says: adminSays(event), fields };
    }
    case 'state': {
      const { state } = event;
      return { subject: undefined, outcome: state, code: undefined, says: STATES[state], fields: { state } };
    }
  }
}

const STATES = {
  ready: 'all listeners take connections',
  draining: 'no new requests; those that have begun end',
  stopped: 'the last request has ended',
} as const;

/** `alice: block (record): done` */
function adminSays({ name, action, what, outcome }: AdminEvent): string {
  const did = what === undefined ? action : `${action} (${what})`;
  return `${name ?? 'an unknown user'}: ${did}: ${ADMIN_OUTCOMES[outcome]}`;
}

const ADMIN_OUTCOMES = {
  done: 'done',
  nothing: 'there was nothing to change',
  failed: 'failed',
  limited: 'refused, after too many that failed',
} as const;

function decision(event: DecisionEvent): Entry {
  const { route, outcome, code, evidence, exempt, demandsMet, refused, reported } = event;
  const failures = refused === undefined ? reported : [refused];
  const accepted =
    exempt === undefined
      ? `verified: ${[...evidence, ...demandsMet].join(' and ')}`
      : `let through unchecked: ${exempt}`;
  return {
    subject: route,
    outcome,
    code,
    says: failures.length === 0 ? accepted : failures.map(sentenceOf).join('; '),
    // One literal: this is made for every request.
    fields: {
      requestId: event.requestId,
      outcome,
      code,
      stage: event.stage,
      address: event.address,
      device: event.device,
      app: event.app,
      durationMs: rounded(event.durationMs),
      route,
      method: event.method,
      status: event.status,
      enforcement: event.enforcement,
      evidence,
      exempt,
      demandsMet: filled(demandsMet),
      demandsSkipped: filled(event.demandsSkipped),
    },
  };
}

function endpoint(event: EndpointEvent): Entry {
  const { endpoint: name, outcome, code, refused, notes } = event;
  const says = refused === undefined ? `${name} answered` : sentenceOf(refused);
  return {
    subject: name,
    outcome,
    code,
    says: [says, ...notes].join('; '),
    fields: {
      requestId: event.requestId,
      outcome,
      code,
      stage: event.stage,
      address: event.address,
      device: event.device,
      app: event.app,
      durationMs: rounded(event.durationMs),
      endpoint: name,
      method: event.method,
      status: event.status,
      evidence: event.evidence,
      session: event.session,
      retried: event.retried || undefined,
      notes: filled(notes),
    },
  };
}

/** An empty list is not written. */
function filled(list: readonly string[]): readonly string[] | undefined {
  return list.length === 0 ? undefined : list;
}

function sentenceOf({ says, cause }: FailureFacts): string {
  return withCause(says, cause);
}

function withCause(says: string, cause: string | undefined): string {
  return cause === undefined ? says : `${says} (${cause})`;
}

/** Microseconds are enough. */
function rounded(milliseconds: number): number {
  return Math.round(milliseconds * 1000) / 1000;
}

function codeOf(status: number | undefined): string | undefined {
  return status === undefined ? undefined : String(status);
}
