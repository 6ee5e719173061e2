import { dirname } from 'node:path';
import { ConfigurationError, type GuardEvent, type Store } from 'attestkit';
import type { GatewayEvent } from './events.js';
import { resultSigner, type ResultTokenSettings } from './identity/result-token.js';
import { userOf, type UserSettings } from './users.js';
import type { UpstreamSettings } from './config/schema.js';
import { evidenceFilter } from './traffic/evidence.js';
import type { Live } from './traffic/live.js';
import { idOf } from './http/request-id.js';
import { trustOf } from './http/trust.js';
import { upstreamOf, type Upstream } from './traffic/upstreams.js';
import { compose } from './config/compose.js';
import { peersOf } from './config/peers.js';
import { oneTimeStore } from './one-time.js';
import type { Config } from './config/load.js';
import type { Path } from './config/problem.js';

/** What outlives a version of the configuration. */
export interface Lasting {
  readonly store: Store;
  readonly onEvent: (event: GatewayEvent) => void;
  readonly now?: (() => number) | undefined;
}

/**
 * Makes all that requests need of a configuration: all, or nothing.
 *
 * @throws ConfigFileError with each mistake
 */
export function liveOf(config: Config, { store, onEvent, now }: Lasting): Live {
  const { settings } = config;
  const at = <T>(path: Path, make: () => T): T => {
    try {
      return make();
    } catch (error) {
      if (!(error instanceof ConfigurationError)) throw error;
      return config.fail([{ path, says: error.problem, remedy: error.remedy }]);
    }
  };
  const subject = settings.users && at(['users'], () => userOf(settings.users as UserSettings));
  const { proxy } = settings.admin ?? {};
  if (proxy !== undefined)
    at(['admin', 'proxy', 'trustedPeers'], () => trustOf(proxy.trustedPeers, 'trustedPeers'));
  const composed = compose(config, {
    ...(subject && { subject }),
    store: oneTimeStore(store),
    onEvent: (event: GuardEvent) => onEvent(event),
    requestId: idOf,
    now,
  });
  if (settings.resultToken !== undefined && settings.traffic === undefined)
    config.fail([
      {
        path: ['resultToken'],
        says: 'is set, and without traffic no API can get its public keys',
        remedy: 'Add traffic: { listen: 127.0.0.1:8080 }, from which the APIs fetch them.',
      },
    ]);
  const upstreams = new Map<string, Upstream>();
  for (const [name, upstream] of Object.entries(settings.upstreams ?? {}))
    upstreams.set(
      name,
      at(['upstreams', name], () => upstreamOf(upstream, dirname(config.file))),
    );
  const sessions = (settings.devices?.['sessions'] ?? {}) as { readonly header?: string };
  const { header: ofTokens } = (settings.evidence?.['approov'] ?? {}) as { readonly header?: string };
  const sessionHeader = (sessions.header ?? 'authorization').toLowerCase();
  // Of a field with sessions, other bearers are the API's own; one with Approov tokens has nothing else.
  const evidenceFields = [
    ...(sessionHeader === 'authorization' ? [] : [sessionHeader]),
    ...(ofTokens === undefined ? [] : [ofTokens.toLowerCase()]),
  ];
  return {
    ...composed,
    upstreams,
    trusted: at(['trustedProxies'], () => trustOf(settings.trustedProxies ?? [], 'trustedProxies')),
    peers: at(['authorization', 'trustedPeers'], () => trustOf(peersOf(config), 'trustedPeers')),
    isEvidence: (rule) => evidenceFilter(evidenceFields, rule.keep),
    signer:
      settings.resultToken &&
      at(['resultToken'], () => resultSigner(settings.resultToken as ResultTokenSettings, now ?? Date.now)),
    audienceOf: (name) => (settings.upstreams?.[name] as UpstreamSettings | undefined)?.audience ?? name,
  };
}
