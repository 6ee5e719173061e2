import { originOf } from './target.js';

/** Whether an answer sends the client elsewhere. A browser shows one that was not followed as opaque, with the status 0. */
export function isRedirect({ status, type }: Response): boolean {
  return type === 'opaqueredirect' || (status >= 300 && status < 400 && status !== 304);
}

/** Whether `fetch` followed a redirect though it was told not to: with credentials. */
export function wasRedirected({ redirected, url: final }: Response, url: string): boolean {
  if (redirected === true) return true;
  // Some runtimes leave it empty.
  return typeof final === 'string' && final !== '' && originOf(final) !== originOf(url);
}
