import {
  createClient,
  type Attester,
  type Client,
  type ClientEvent,
  type ClientOptions,
} from 'attestkit-client';
import { memoryStorage, type MemoryStorage } from 'attestkit-client/testing';
import { AUDIENCE, clock, type TestServer } from './server.js';

/** A client, and what a test sees of it. */
export interface TestClient {
  readonly client: Client;
  readonly storage: MemoryStorage;
  /** The steps so far: `begin ok done`. */
  readonly steps: () => readonly string[];
}

export function clientOf(
  server: Pick<TestServer, 'fetch'>,
  attester: Attester,
  {
    storage = memoryStorage(),
    ...options
  }: Partial<ClientOptions> & { readonly storage?: MemoryStorage } = {},
): TestClient {
  const events: ClientEvent[] = [];
  const client = createClient({
    baseUrl: AUDIENCE,
    audience: AUDIENCE,
    attester,
    storage,
    clock: { wall: () => clock.now, monotonic: () => clock.now },
    fetch: (url, init) => server.fetch(new Request(url, init)),
    onEvent: (event) => events.push(event),
    ...options,
  });
  const steps = (): readonly string[] =>
    events.flatMap((event) => (event.type === 'step' ? [`${event.rung} ${event.answer} ${event.next}`] : []));
  return { client, storage, steps };
}
