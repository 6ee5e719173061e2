import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Server } from 'node:net';
import type { Guard, Health } from 'attestkit';
import { addressOf, type Settings } from '../config/schema.js';
import type { AdminEvent, GatewayEvent, ListenerName } from '../events.js';
import type { History } from '../history/history.js';
import type { Observe } from '../state/timed.js';
import { Access } from './access/access.js';
import { proxyUsers } from './access/proxy.js';
import { firstToken, tokenRows } from './access/tokens.js';
import { createApi } from './api/api.js';
import { devicesEndpoints } from './api/devices.js';
import { errorsEndpoints } from './api/errors.js';
import { inspectEndpoints } from './api/inspect.js';
import { Live } from './api/live.js';
import { seenEndpoints } from './api/seen.js';
import { sessionEndpoints } from './api/session.js';
import { Desk } from './inspect/desk.js';
import { adminListener } from './listener.js';
import { Metrics } from './metrics/metrics.js';
import { readPages } from './pages/pages.js';
import { Condition } from './readiness.js';
import { enforcedRoutes } from './routes.js';
import { createSite } from './site.js';

type Listener = (req: IncomingMessage, res: ServerResponse) => void;

/** What tells operators how a gateway fares. */
export interface Admin {
  readonly listener: Listener;
  /** Answers for health and metrics alone. */
  readonly openListener: Listener;
  /** A token for the pages that was made just now; undefined if there was one before. */
  readonly firstToken: string | undefined;
  readonly hear: (event: GatewayEvent) => void;
  /** Counts the connections of a listener. */
  readonly watch: (server: Pick<Server, 'on'>, listener: ListenerName) => void;
  /** Told how long operations of the store take. */
  readonly stored: Observe;
  /** Takes the names of a configuration that is in use from now on. */
  readonly follow: (settings: Settings) => void;
  readonly close: () => void;
}

/** What is asked of the gateway. */
export interface AdminContext {
  readonly settings: Settings;
  /** Closed with the rest. */
  readonly history: History;
  /** Of the guard in use. Never rejects. */
  readonly health: () => Promise<Health>;
  /** Of the guard in use. */
  readonly devices: () => Guard['devices'];
  readonly onEvent: (event: AdminEvent) => void;
  /** Whether a token may be made if the configuration does not name any. */
  readonly mayMakeToken: boolean;
  readonly now: () => number;
}

/**
 * Counts events from now on, and answers for it.
 *
 * @throws ConfigurationError naming the option of `admin.proxy`
 */
export function createAdmin(context: AdminContext): Admin {
  const { history, health, devices, onEvent, now } = context;
  const { admin = { listen: '' } } = context.settings;
  let { settings } = context;
  const metrics = new Metrics(now());
  const condition = new Condition();
  const tell = (event: Omit<AdminEvent, 'type' | 'at'>): void =>
    onEvent({ type: 'admin', at: now(), ...event });
  const tellSign = (
    action: 'sign-in' | 'sign-out',
    name: string | undefined,
    outcome: AdminEvent['outcome'],
  ) => tell({ name, action, recordId: undefined, what: undefined, outcome });
  const proxyUser = admin.proxy && proxyUsers(admin.proxy);
  const first =
    admin.tokens === undefined && admin.proxy === undefined && context.mayMakeToken
      ? firstToken((name, make) => history.secret(name, make))
      : undefined;
  const access = new Access({
    tokens: [...tokenRows(admin.tokens ?? []), ...(first === undefined ? [] : [first.row])],
    proxyUser,
    now,
    onSignIn: (name, outcome) => tellSign('sign-in', name, outcome),
    onSignOut: (name) => tellSign('sign-out', name, 'done'),
  });
  const live = new Live(history, now);
  const desk = new Desk({ now });
  const readiness = async () => condition.read(await health());
  const api = createApi({
    whoIs: (req) => access.whoIs(req),
    endpoints: {
      ...sessionEndpoints(access, {
        standalone: false,
        startedAt: now(),
        hasDevices: () => devices() !== undefined,
      }),
      ...seenEndpoints({
        history,
        flush: () => live.flush(),
        readiness,
        routes: () => enforcedRoutes(settings),
        app: () => ({
          hasSign: settings.appSign !== undefined,
          ...(settings.appSign?.since !== undefined && { since: settings.appSign.since }),
        }),
      }),
      ...live.endpoints,
      ...devicesEndpoints({ history, control: devices, tell }),
      ...inspectEndpoints(desk, 'read'),
      ...errorsEndpoints('read'),
    },
  });
  const hosts = [...(admin.hosts ?? []), ...listenedOn(settings)];
  const probes = { readiness, metrics: () => metrics.text() };
  const follow = (next: Settings): void => {
    settings = next;
    metrics.expect(Object.keys(next.upstreams ?? {}));
  };
  follow(settings);
  return {
    listener: adminListener({ hosts, probes, site: createSite(readPages(false), api) }),
    openListener: adminListener({ hosts, probes }),
    firstToken: first?.token,
    hear(event) {
      condition.hear(event);
      metrics.hear(event);
      history.hear(event);
      // Streams would keep the listener from closing.
      if (event.type === 'state' && event.state === 'stopped') live.close();
    },
    watch: (server, listener) => metrics.watch(server, listener),
    stored(...took) {
      metrics.stored(...took);
      history.stored(...took);
    },
    follow,
    close() {
      live.close();
      void desk.close();
      metrics.close();
      history.close();
    },
  };
}

/** The names by which the listeners are configured: `gateway.internal:8003`. */
function listenedOn({ admin }: Settings): readonly string[] {
  return [admin?.listen, admin?.open?.listen].flatMap((each) => {
    const address = each === undefined ? undefined : addressOf(each);
    return address !== undefined && 'host' in address ? [address.host] : [];
  });
}
