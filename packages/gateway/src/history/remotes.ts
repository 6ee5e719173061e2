import type { RemoteEvent } from 'attestkit';
import type { RemoteState } from '../shapes/seen.js';
import { isUsable } from './latency.js';
import { cut, serviceOf } from './names.js';

/** Hosts come from the configuration. */
const MOST = 50;

const LONGEST_PROBLEM = 200;

/** How the services fare that the gateway fetches from, since it began. */
export class RemoteWatch {
  readonly #hosts = new Map<string, RemoteState>();

  hear({ at, host, status, cause, circuit }: RemoteEvent): void {
    const name = cut(host, 128) ?? '';
    const known = this.#hosts.get(name);
    if (known === undefined && this.#hosts.size >= MOST) return;
    const before: RemoteState = known ?? {
      host: name,
      what: serviceOf(name),
      circuit: 'closed',
      answeredAt: null,
      problem: null,
    };
    this.#hosts.set(name, { ...before, ...changed() });

    function changed(): Partial<RemoteState> {
      if (circuit === 'opened')
        return { circuit: 'open', problem: cut(cause, LONGEST_PROBLEM) ?? before.problem };
      if (circuit === 'closed') return { circuit: 'closed' };
      if (cause !== undefined) return { problem: cut(cause, LONGEST_PROBLEM) ?? 'no usable answer' };
      return isUsable(status)
        ? { answeredAt: at, problem: null }
        : { problem: status === undefined ? 'no usable answer' : `it answered with status ${status}` };
    }
  }

  /** By host. */
  read(): readonly RemoteState[] {
    return [...this.#hosts.values()].toSorted((a, b) => (a.host < b.host ? -1 : 1));
  }
}
