import { standaloneInspector } from '../admin/standalone.js';
import { addressOf, isLoopback } from '../config/schema.js';
import { closed, listen, strictServer } from '../servers.js';

/** An inspector that listens. */
export interface Inspector {
  /** `http://127.0.0.1:8004` */
  readonly url: string;
  close(): Promise<void>;
}

const DEADLINE_MS = 1000;

/** Whether an inspector may listen on an address: on this machine alone, since it has no sign-in. */
export function mayInspectOn(text: string): boolean {
  const address = addressOf(text);
  return address !== undefined && 'host' in address && isLoopback(address);
}

/**
 * Starts the inspector without a gateway.
 *
 * @param text an address on which it may listen
 * @throws an error of the system (rejects with it) if it cannot listen there
 */
export async function startInspector(text: string, now: () => number = Date.now): Promise<Inspector> {
  const address = addressOf(text);
  if (address === undefined || !mayInspectOn(text))
    throw new RangeError(`${text} is not on this machine alone`);
  const { listener, close } = standaloneInspector(now);
  const server = strictServer().on('request', listener);
  server.on('upgrade', (_, socket) => socket.destroy());
  const url = await listen(server, address);
  return {
    url,
    async close() {
      await closed(server, DEADLINE_MS);
      await close();
    },
  };
}
