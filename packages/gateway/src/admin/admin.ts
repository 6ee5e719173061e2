import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Server } from 'node:net';
import type { Health } from 'attestkit';
import { addressOf, type Settings } from '../config/schema.js';
import type { GatewayEvent, ListenerName } from '../events.js';
import { adminListener } from './listener.js';
import { Metrics } from './metrics/metrics.js';
import { Condition } from './readiness.js';

/** What tells operators how a gateway fares. */
export interface Admin {
  readonly listener: (req: IncomingMessage, res: ServerResponse) => void;
  readonly hear: (event: GatewayEvent) => void;
  /** Counts the connections of a listener. */
  readonly watch: (server: Pick<Server, 'on'>, listener: ListenerName) => void;
  /** Takes the names of a configuration that is in use from now on. */
  readonly follow: (settings: Pick<Settings, 'upstreams'>) => void;
  readonly close: () => void;
}

/** What is asked of the gateway. */
export interface AdminContext {
  readonly settings: Settings;
  /** Of the guard in use. Never rejects. */
  readonly health: () => Promise<Health>;
  readonly now: () => number;
}

/** Counts events from now on, and answers for it. */
export function createAdmin({ settings, health, now }: AdminContext): Admin {
  const metrics = new Metrics(now());
  const condition = new Condition();
  const follow = ({ upstreams = {} }: Pick<Settings, 'upstreams'>): void =>
    metrics.expect(Object.keys(upstreams));
  follow(settings);
  return {
    listener: adminListener({
      hosts: [...(settings.admin?.hosts ?? []), ...listenedOn(settings)],
      readiness: async () => condition.read(await health()),
      metrics: () => metrics.text(),
    }),
    hear(event) {
      condition.hear(event);
      metrics.hear(event);
    },
    watch: (server, listener) => metrics.watch(server, listener),
    follow,
    close: () => metrics.close(),
  };
}

/** The names by which the listeners are configured: `gateway.internal:8003`. */
function listenedOn({ admin }: Settings): readonly string[] {
  return [admin?.listen, admin?.open?.listen].flatMap((each) => {
    const address = each === undefined ? undefined : addressOf(each);
    return address !== undefined && 'host' in address ? [address.host] : [];
  });
}
