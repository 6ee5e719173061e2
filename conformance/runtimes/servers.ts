import { appAttest } from 'attestkit/app-attest';
import { APP_ID, backend, enrolmentServer } from '../backend.js';
import { bodyServer } from '../body-server.js';
import { recordedGuard } from '../recorded-guard.js';
import type { ServerSpec } from '../server-spec.js';
import { helloServer, shapesServer } from '../servers.js';

const { guard } = recordedGuard();

/** The variable with the roots of the phones' virtual Apple, which lives in the process of the tests: DER in base64. */
export const ROOTS_VARIABLE = 'CONFORMANCE_APP_ATTEST_ROOTS';

const roots = process.env[ROOTS_VARIABLE]?.split(' ').map((root) => Buffer.from(root, 'base64'));
const enrolling =
  roots === undefined ? backend() : backend({ enrolment: [appAttest({ appIds: [APP_ID], roots })] });

/** The servers that run on another runtime, each on a port of its own. */
export const servers = {
  token: helloServer(guard, {}),
  binding: helloServer(guard, { binding: true }),
  shapes: shapesServer(guard),
  body: bodyServer('all routes', 'after').spec,
  enrolment: enrolmentServer(enrolling, { parser: 'after' }),
} as const satisfies Record<string, ServerSpec>;

export type ServerName = keyof typeof servers;

/** The port of each server, which the process writes as one line of JSON when all of them listen. */
export type Ports = Readonly<Record<ServerName, number>>;
