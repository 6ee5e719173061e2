import { CATALOG } from 'attestkit/catalog';
import type { CheckDef, DecisionEvent, EndpointEvent, FailureFacts } from 'attestkit';
import type { GatewayEvent } from 'attestkit-gateway';

const AT = Date.UTC(2026, 10, 29, 19, 56, 45, 123);
const [requestId, device, recordId, session] = ['r-1', 'hash-of-device', 'record-1', 'session-1'];

export function failure(code: string, cause?: string): FailureFacts {
  const checks = Object.values(CATALOG).flatMap((room): readonly CheckDef[] => room.checks);
  const check = checks.find((each) => each.code === code);
  if (check === undefined) throw new Error(`no check has the code ${code}`);
  return { code, stage: check.stage, says: check.says, check, cause };
}

const request = {
  at: AT,
  durationMs: 0.123456,
  requestId,
  outcome: 'accepted',
  code: undefined,
  stage: undefined,
  address: 'hash-of-address',
  device,
  app: { id: 'com.example.app', platform: 'android', version: '7' },
} as const;

export function decision(more: Partial<DecisionEvent> = {}): DecisionEvent {
  return {
    ...request,
    type: 'decision',
    method: 'GET',
    path: '/v2/users/alice',
    route: '/v2/*',
    enforcement: 'enforce',
    evidence: ['approov'],
    kinds: ['approov'],
    refused: undefined,
    reported: [],
    demandsMet: ['binding'],
    demandsSkipped: [],
    status: undefined,
    exempt: undefined,
    claimed: undefined,
    ...more,
  };
}

export function refusal(code: string, cause?: string): DecisionEvent {
  const refused = failure(code, cause);
  const { stage } = refused;
  return decision({ outcome: 'refused', code, stage, refused, status: 401, evidence: [], demandsMet: [] });
}

export function endpoint(more: Partial<EndpointEvent> = {}): EndpointEvent {
  return {
    ...request,
    type: 'endpoint',
    method: 'POST',
    path: '/device/attest',
    endpoint: 'attest',
    status: 200,
    refused: undefined,
    evidence: 'appAttest',
    session,
    retried: false,
    notes: [],
    ...more,
  };
}

/** One event of each type. */
export const SAMPLES: { readonly [T in GatewayEvent['type']]: Extract<GatewayEvent, { readonly type: T }> } =
  {
    decision: decision(),
    endpoint: endpoint(),
    device: {
      type: 'device',
      at: AT,
      requestId,
      change: 'enrolled',
      device,
      recordId,
      key: undefined,
      proof: undefined,
      evidence: 'appAttest',
      app: undefined,
    },
    session: { type: 'session', at: AT, requestId, change: 'reused', device, recordId, session },
    store: {
      type: 'store',
      at: AT,
      durationMs: 300,
      operation: 'get',
      code: 'ERR_STORE_TIMEOUT',
      cause: 'no answer within 300 ms',
    },
    remote: {
      type: 'remote',
      at: AT,
      durationMs: 12,
      host: 'oauth2.googleapis.com',
      status: undefined,
      cause: 'no answer in time',
      circuit: undefined,
    },
    configuration: { type: 'configuration', at: AT, option: 'devices.hashKey', says: 'is not set' },
    fault: { type: 'fault', at: AT, requestId, status: 400, says: '2 Host lines' },
    upstream: {
      type: 'upstream',
      at: AT,
      requestId,
      upstream: 'api',
      durationMs: 3,
      status: undefined,
      cause: 'ECONNREFUSED',
    },
    question: { type: 'question', at: AT, requestId, convention: 'forward-auth', outcome: 'refused' },
    reload: {
      type: 'reload',
      at: AT,
      outcome: 'rejected',
      says: 'gateway.yaml:3:5 routes[0].path is empty.\ngateway.yaml:9:1 x is not known here.',
    },
    listening: { type: 'listening', at: AT, listener: 'traffic', url: 'http://127.0.0.1:8080' },
    state: { type: 'state', at: AT, state: 'draining' },
    admin: {
      type: 'admin',
      at: AT,
      name: 'alice',
      action: 'block',
      recordId,
      what: 'record',
      outcome: 'done',
    },
  };
