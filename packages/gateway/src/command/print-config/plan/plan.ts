import { resolve } from 'node:path';
import type { Config } from '../../../config/load.js';
import type { Problem } from '../../../config/problem.js';
import type { Address } from '../../../config/schema.js';
import type { liveOf } from '../../../live.js';
import { devicesOf, reachable } from './addresses.js';
import { bodilessOf, largestBody } from './bodies.js';
import {
  contentTypeOf,
  evidenceFields,
  hasSessionsInAuthorization,
  refusalFields,
  statusesOf,
} from './fields.js';
import type { OnProblem, Proxy } from './proxy.js';
import { picksOf, type Pick } from './picks.js';
import type { Requests } from './requests.js';
import { upstreamsOf, type PlannedUpstream } from './upstreams.js';

/** What a proxy's configuration is made of: values that were checked, so that they can be written down as they are. */
export interface Plan {
  /** The configuration that it is made of. */
  readonly file: string;
  /** The listener that the proxy asks. */
  readonly authorization: Address;
  /** The same by gRPC; undefined if it is not configured. */
  readonly grpc: Address | undefined;
  /** Where the device endpoints are; undefined if no devices enroll. */
  readonly devices: { readonly address: Address; readonly path: string } | undefined;
  readonly upstreams: readonly PlannedUpstream[];
  /** The upstream of a request is that of the first one that matches it; empty if there is one upstream. */
  readonly picks: readonly Pick[];
  /** The upstream of requests that no pick matches. */
  readonly fallback: PlannedUpstream;
  /** Requests of which no body may reach the API. */
  readonly bodiless: readonly Requests[];
  /** Whether the gateway signs its result. */
  readonly hasResultToken: boolean;
  /** Fields that carry evidence alone: they end at the proxy. In lower case. */
  readonly evidence: readonly string[];
  /** Whether `Authorization` ends at the proxy, too, if it was a session or a proof. */
  readonly stripsAuthorization: boolean;
  /** Fields that answers depend on, for `Vary`; undefined if answers say nothing to caches. In lower case. */
  readonly vary: readonly string[] | undefined;
  /** What refusals are written in. */
  readonly contentType: string;
  /** The statuses that refusals may have. */
  readonly statuses: readonly number[];
  /** Fields that refusals may have, besides those that the body needs. In lower case. */
  readonly refusalFields: readonly string[];
  /** The largest body that a route verifies; undefined if none does. */
  readonly bodyBytes: number | undefined;
  /** The longest time that a route waits for its upstream. */
  readonly timeoutMs: number;
}

/** @throws ConfigFileError with each problem */
export function planOf(config: Config, live: ReturnType<typeof liveOf>, proxy: Proxy): Plan {
  const { settings } = config;
  const problems: Problem[] = [];
  const onProblem: OnProblem = (path, says, remedy) => void problems.push({ path, says, remedy });
  const all = [...live.rules, live.fallback];
  const authorization = reachable(settings.authorization?.listen, 'authorization', proxy, onProblem);
  const { grpc } = settings.authorization ?? {};
  const asksByGrpc = grpc && reachable(grpc.listen, 'authorization', proxy, onProblem);
  const devices = devicesOf(settings, live.devicePath, proxy, onProblem);
  const upstreams = upstreamsOf(config, proxy, onProblem);
  const kept = new Set(all.flatMap((rule) => [...rule.keep]));
  const evidence = evidenceFields(settings, onProblem);
  const fieldsOfRefusals = refusalFields(settings, onProblem);
  const contentType = contentTypeOf(settings, proxy, onProblem);
  const picks = picksOf(live, upstreams);
  const bodiless = bodilessOf(proxy, live, settings, onProblem);
  const fallback = upstreams.find(({ name }) => name === live.fallback.upstream);
  if (problems.length > 0 || authorization === undefined || fallback === undefined)
    return config.fail(problems);
  return {
    file: resolve(config.file),
    authorization,
    grpc: asksByGrpc,
    devices,
    upstreams,
    picks,
    fallback,
    bodiless,
    hasResultToken: settings.resultToken !== undefined,
    evidence: evidence.filter((field) => !kept.has(field)),
    stripsAuthorization: hasSessionsInAuthorization(settings) && !kept.has('authorization'),
    vary: (settings.caching ?? 'private') === 'private' ? evidence : undefined,
    contentType,
    statuses: statusesOf(settings),
    refusalFields: fieldsOfRefusals,
    bodyBytes: largestBody(live, settings),
    timeoutMs: Math.max(...all.map((rule) => rule.timeoutMs)),
  };
}
