// @ts-check
// Why this exists: the reference of error codes names the HTTP statuses of each. They are asked of the built library, so that
// the page cannot differ from it.
import { hasFile, KINDS } from './allowed-imports.js';

const dist = new URL('../packages/attestkit/dist/', import.meta.url);
/** @type {{ statusOf: (endpoint: string, check: { code: string, stage: string }) => number }} */
const { statusOf } = await import(new URL('endpoints/status.js', dist).href);

/** Codes of these kinds arise at one endpoint, and never on a route. @type {Readonly<Record<string, string>>} */
const AT = { ENROLLMENT: 'attest', CHALLENGE: 'attest', ENDPOINT: 'attest', REFRESH: 'refresh' };

/** Rooms whose codes arise on a route, and never at an endpoint. */
const ON_ROUTES = ['guard', ...KINDS.filter((kind) => !hasFile(kind, 'enrollment-evidence.ts'))];

/** @param {string} room @param {import('./catalogs.js').Check} check @returns {string} its HTTP statuses, in words */
export function statusesOf(room, check) {
  const { code, stage } = check;
  if (stage === 'unavailable') return 'status 503';
  if (code === 'ERR_GUARD_BODY_TOO_LARGE') return 'status 413';
  const kind = code.split('_')[1] ?? '';
  const endpoint = AT[kind];
  if (endpoint !== undefined) return `status ${statusOf(endpoint, check)}`;
  const onRoute = stage === 'denied' && room !== 'approov' ? 403 : 401;
  if (ON_ROUTES.includes(room) || ['SESSION', 'ASSERTION'].includes(kind)) return `status ${onRoute}`;
  const atAttest = statusOf('attest', check);
  return onRoute === atAttest ? `status ${onRoute}` : `status ${onRoute}, from \`attest\` ${atAttest}`;
}
