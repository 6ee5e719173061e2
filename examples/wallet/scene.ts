import type { Answered } from './client.js';

/** Whom signed requests are meant for: the same name in the server and in the app. */
export const AUDIENCE = 'https://wallet.example';

/** One attempt to be let in. */
export interface Scene {
  readonly who: 'app' | 'attacker';
  readonly what: string;
  readonly expected: number;
  readonly run: () => Promise<Answered>;
}

let devices = 0;

/** A device id that no other run has. */
export function nextDeviceId(): string {
  devices += 1;
  return `phone-${Date.now().toString(36)}-${devices}`;
}

export function app(what: string, run: Scene['run']): Scene {
  return { who: 'app', what, expected: 200, run };
}

export function attacker(what: string, expected: number, run: Scene['run']): Scene {
  return { who: 'attacker', what, expected, run };
}
