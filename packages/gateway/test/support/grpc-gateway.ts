import { gateway, upstream, type TestGateway } from './gateway.js';
import { PHONE_DEVICES, PHONE_ENV } from './phone.js';
import { SECRET } from './tokens.js';

const api = await upstream();

/** A configuration that answers questions by gRPC, in JSON. */
export function grpcSettings(more: object = {}): string {
  return JSON.stringify({
    traffic: { listen: '127.0.0.1:0' },
    authorization: { listen: '127.0.0.1:0', grpc: { listen: '127.0.0.1:0' }, requestIdsByProxy: true },
    upstreams: { api: api.url },
    evidence: { approov: { secretBase64: '${APPROOV_SECRET}' } },
    devices: PHONE_DEVICES,
    accept: ['approov'],
    store: 'memory',
    body: { error: 'ä"' },
    shutdown: { deadlineMs: 500 },
    routes: [
      { path: '/open', open: true },
      { path: '/reported', enforcement: 'report' },
      { path: '/signed/*', accept: ['session'], signedRequest: true },
    ],
    default: {},
    ...more,
  });
}

export async function grpcGateway(more: object = {}, env: NodeJS.ProcessEnv = {}): Promise<TestGateway> {
  return await gateway(grpcSettings(more), { ...PHONE_ENV, APPROOV_SECRET: SECRET, ...env });
}
