export { createGuard } from './guard.js';
export type { Guard, GuardOptions } from './guard.js';
export type { Route, RouteOptions } from './route.js';
export type { RefusalOptions } from './refusal.js';
export type { GuardErrorCode } from './checks.js';
export { whenDecided } from './when-decided.js';
