import type { Answered } from './client.js';

/** Whom signed requests are meant for: the same name in the server and in the app. */
export const AUDIENCE = 'https://wallet.example';

/** The code is empty if the attempt is accepted. */
export interface Outcome {
  readonly status: number;
  readonly code: string;
}

/** One attempt to be accepted. */
export interface Scene {
  readonly who: 'app' | 'attacker';
  readonly what: string;
  /** How it has to end: the status, and what it is refused for. */
  readonly expected: Outcome;
  readonly run: () => Promise<Answered>;
}

let devices = 0;

/** A device id that no other run has. */
export function nextDeviceId(): string {
  devices += 1;
  return `phone-${Date.now().toString(36)}-${devices}`;
}

export function app(what: string, run: Scene['run']): Scene {
  return { who: 'app', what, expected: { status: 200, code: '' }, run };
}

/** Refused on a route, at `/refresh` or at `/assert` for what fresh evidence heals: 401. */
export function attacker(what: string, code: string, run: Scene['run'], status = 401): Scene {
  return { who: 'attacker', what, expected: { status, code }, run };
}

/** Refused at `/attest` for its evidence, or anywhere because something is blocked: 403. */
export function denied(what: string, code: string, run: Scene['run']): Scene {
  return attacker(what, code, run, 403);
}

/** Genuine evidence for a label or key of another installation: 409. */
export function conflict(what: string, code: string, run: Scene['run']): Scene {
  return attacker(what, code, run, 409);
}
