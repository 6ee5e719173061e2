import { backend, enrollmentServer } from '../servers/backend.js';
import { bodyServer } from '../servers/body-server.js';
import { recordedGuard } from '../servers/recorded-guard.js';
import type { ServerSpec } from '../servers/server-spec.js';
import { helloServer, shapesServer } from '../servers/servers.js';
import { readAuthorities } from './authorities.js';
import { signatureServer } from './signature-server.js';

const { guard } = recordedGuard();

/** The servers that run on another runtime, each on a port of its own. */
export const servers = {
  token: helloServer(guard, {}),
  binding: helloServer(guard, { binding: true }),
  shapes: shapesServer(guard),
  signatures: signatureServer(guard),
  body: bodyServer('all routes', 'after').spec,
  enrollment: enrollmentServer(backend({}, readAuthorities()), { parser: 'after' }),
} as const satisfies Record<string, ServerSpec>;

export type ServerName = keyof typeof servers;

/** The port of each server, which the process writes as one line of JSON when all of them listen. */
export type Ports = Readonly<Record<ServerName, number>>;
