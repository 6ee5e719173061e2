import type { IncomingMessage, ServerResponse } from 'node:http';
import { linesOf } from '../http/lines.js';
import type { Answer } from './answer.js';
import type { Pages } from './pages/pages.js';

/** Answers for pages and for their calls. Rejects with a Refusal. */
export type Site = (
  req: IncomingMessage,
  res: ServerResponse,
  path: string,
) => Promise<Answer | 'unknown' | undefined>;

/**
 * Puts the pages and what they ask for together.
 *
 * @param api gives undefined if it answers by itself
 */
export function createSite(
  pages: Pages,
  api: (req: IncomingMessage, res: ServerResponse) => Promise<Answer | undefined>,
): Site {
  return async (req, res, path) => {
    if (path.startsWith('/api/')) return await api(req, res);
    const page = pages.answer(path, linesOf(req.rawHeaders, 'accept-encoding').join(','));
    if (page === undefined) return 'unknown';
    return req.method === 'GET' || req.method === 'HEAD'
      ? page
      : { status: 405, headers: { allow: 'GET, HEAD', 'cache-control': 'no-store' } };
  };
}
