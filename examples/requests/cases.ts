import { helloCases } from './hello-cases.js';
import type { RequestCase } from './request-case.js';
import { shapesCases } from './shapes-cases.js';

export { sentHeaders } from './sent-headers.js';
export type { RequestCase, Server } from './request-case.js';

/** Every request that the example servers are tried with: the tests, the Postman collection and the curl lines. */
export const cases: readonly RequestCase[] = [...helloCases, ...shapesCases];
