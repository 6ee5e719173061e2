import type { Caching } from '../../ports/decision.js';

/** What is used of a response of Node's server, which frameworks on it write into. */
export interface MarkableResponse {
  getHeader(name: string): number | string | readonly string[] | undefined;
  setHeader(name: string, value: string): unknown;
}

/** Marks an answer before its handler writes it: fields that the handler sets itself win. */
export function markNode(response: MarkableResponse, caching: Caching | undefined): void {
  if (caching === undefined) return;
  if (response.getHeader('cache-control') === undefined)
    response.setHeader('cache-control', caching.cacheControl);
  const vary = merged([response.getHeader('vary') ?? []].flat().map(String), caching);
  if (vary !== undefined) response.setHeader('vary', vary);
}

/** The same of a fetch response, after its handler has made it. */
export function markFetch(response: Response, caching: Caching | undefined): Response {
  if (caching === undefined) return response;
  // Headers of a response that was fetched cannot be changed.
  const marked = new Response(response.body, response);
  if (!marked.headers.has('cache-control')) marked.headers.set('cache-control', caching.cacheControl);
  const vary = merged([marked.headers.get('vary') ?? ''], caching);
  if (vary !== undefined) marked.headers.set('vary', vary);
  return marked;
}

/** Fields that are there already keep their place and spelling. */
function merged(lines: readonly string[], { vary }: Caching): string | undefined {
  const present = lines.flatMap((line) => line.split(',')).map((field) => field.trim());
  const kept = present.filter((field) => field !== '');
  if (kept.includes('*')) return undefined;
  const known = new Set(kept.map((field) => field.toLowerCase()));
  const added = vary.filter((field) => !known.has(field));
  return added.length === 0 ? undefined : [...kept, ...added].join(', ');
}
