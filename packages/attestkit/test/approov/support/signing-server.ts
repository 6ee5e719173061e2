import { approov, type ApproovOptions } from '../../../src/approov/index.js';
import { createGuard } from '../../../src/create-guard.js';
import type { RouteOptions } from '../../../src/guard/internal.js';
import type { GuardEvent } from '../../../src/ports/events.js';
import { BASE_URL, installation, signedFields, type Signed } from './signed-request.js';
import { NOW, SECRET_BASE64 } from './tokens.js';

export const phone = installation();

/** A request as it arrives. */
export interface Sent {
  readonly method?: string;
  readonly url?: string;
  readonly body?: string;
  readonly fields: Readonly<Record<string, string | readonly string[]>>;
}

/** A guard whose route asks for a message signature. */
export function server(signing: object = {}, route: object = { messageSigning: true }, now = NOW) {
  const events: GuardEvent[] = [];
  const evidence = approov({
    secretBase64: SECRET_BASE64,
    messageSigning: { baseUrl: BASE_URL, ...signing },
  } as ApproovOptions);
  const guard = createGuard({ evidence: [evidence], now: () => now, onEvent: (event) => events.push(event) });
  const ready = guard.route(route as RouteOptions);
  const decide = async ({ method = 'GET', url = '/v1/items?x=1', body = '', fields }: Sent) =>
    guard.check(
      {
        method,
        target: url,
        fields: (name) => [fields[name] ?? []].flat(),
        body: async () => Buffer.from(body),
      },
      ready,
    );
  return {
    events,
    decide,
    check: async (sent: Sent): Promise<string> => {
      const decision = await decide(sent);
      return decision.outcome === 'accept' ? 'accepted' : decision.error.code;
    },
  };
}

/** A request that is sent as it was signed. */
export const send = (request: Signed = {}, phoneOf = phone): Sent => ({
  ...request,
  fields: signedFields(phoneOf, request),
});
