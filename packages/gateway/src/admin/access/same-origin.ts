import type { IncomingMessage } from 'node:http';
import { linesOf } from '../../http/lines.js';
import { Refusal } from '../answer.js';

const SAFE = new Set(['GET', 'HEAD']);
const JSON_TYPE = /^application\/json(?:; ?charset=utf-8)?$/i;

/**
 * Whether a call can come from a page of this listener. A browser sends cookies along for other pages of the same site too, such as
 * another port of this machine, so cookies alone do not say it.
 *
 * @throws Refusal
 */
export function assertOwnPage({ method = '', rawHeaders }: IncomingMessage): void {
  const one = (name: string): string | undefined => {
    const [line, ...more] = linesOf(rawHeaders, name);
    return more.length === 0 ? line : undefined;
  };
  const sites = linesOf(rawHeaders, 'sec-fetch-site');
  if (SAFE.has(method)) {
    // Not each browser sends it, and what is only read is protected by what other origins cannot read.
    if (sites.length === 0 || one('sec-fetch-site') === 'same-origin' || one('sec-fetch-site') === 'none')
      return;
    throw new Refusal(403, 'Only pages of this gateway may ask it.');
  }
  if (one('sec-fetch-site') !== 'same-origin')
    throw new Refusal(403, 'Only pages of this gateway may ask it: Sec-Fetch-Site has to be same-origin.');
  if (!isOwnOrigin(one('origin'), one('host')))
    throw new Refusal(403, 'Only pages of this gateway may ask it: Origin and Host differ.');
  // Forms cannot send JSON. A call without a body has no type.
  const type = one('content-type');
  if (method === 'DELETE' && linesOf(rawHeaders, 'content-type').length === 0) return;
  if (type === undefined || !JSON_TYPE.test(type))
    throw new Refusal(403, 'Content-Type has to be application/json.');
}

function isOwnOrigin(origin: string | undefined, host: string | undefined): boolean {
  if (origin === undefined || host === undefined) return false;
  return /^https?:\/\//.test(origin) && origin.replace(/^https?:\/\//, '') === host.toLowerCase();
}
