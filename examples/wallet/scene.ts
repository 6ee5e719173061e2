import type { Answered } from './client.js';

/** Whom signed requests are meant for: the same name in the server and in the app. */
export const AUDIENCE = 'https://wallet.example';

/** The code is empty if the request is accepted. */
export interface Outcome {
  readonly status: number;
  readonly code: string;
}

/** One request, or a few, with one outcome. */
export interface Step {
  readonly who: 'app' | 'attacker';
  readonly what: string;
  /** How it has to end: the status, and the code of the refusal. */
  readonly expected: Outcome;
  readonly run: () => Promise<Answered>;
  /** What the step is one of, if it is one of very many: `broken attestations`. */
  readonly suite?: string;
}

/** Steps with a title, in their order. */
export interface Scene {
  readonly title: string;
  readonly steps: readonly Step[];
}

let devices = 0;

/** A device id that no other run has. */
export function nextDeviceId(): string {
  devices += 1;
  return `phone-${Date.now().toString(36)}-${devices}`;
}

export function app(what: string, run: Step['run']): Step {
  return { who: 'app', what, expected: { status: 200, code: '' }, run };
}

/** Refused on a route, at `/refresh` or at `/assert` for what fresh evidence heals: 401. */
export function attacker(what: string, code: string, run: Step['run'], status = 401): Step {
  return { who: 'attacker', what, expected: { status, code }, run };
}

/** Refused at `/attest` for its evidence, or anywhere because something is blocked: 403. */
export function denied(what: string, code: string, run: Step['run']): Step {
  return attacker(what, code, run, 403);
}

/** Genuine evidence that belongs to another installation: 409. */
export function conflict(what: string, code: string, run: Step['run']): Step {
  return attacker(what, code, run, 409);
}

/** Steps that are told in one line: one for each precise defect of evidence. */
export function suite(of: string, steps: readonly Step[]): readonly Step[] {
  return steps.map((step) => ({ ...step, suite: of }));
}
