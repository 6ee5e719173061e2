import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A request of the published Postman collections. */
export interface PublishedRequest {
  readonly name: string;
  readonly server: 'unprotected' | 'token-check' | 'token-binding-check' | 'shapes';
  readonly secretBase64: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** A number, the same in quotes, or `4xx (400 or 401 by server)`. */
  readonly expectedStatus: number | string;
  readonly expectedBody?: string;
}

const NAMED = process.env['ATTESTKIT_VECTORS'];
const FOLDER = NAMED ?? fileURLToPath(new URL('../../../shared/vectors', import.meta.url));

/**
 * The requests, which are never copied into the repository: from the folder that `ATTESTKIT_VECTORS` names, or from
 * `../shared/vectors` beside the repository; undefined where that is absent.
 *
 * @throws where a folder is named and the file is not there: who names it wants it tried
 */
export function publishedRequests(): readonly PublishedRequest[] | undefined {
  const file = join(FOLDER, 'approov', 'token-requests.json');
  if (NAMED === undefined && !existsSync(file)) return undefined;
  return JSON.parse(readFileSync(file, 'utf8')) as PublishedRequest[];
}

/** Paths of Approov's koa Shapes server, version 0 and version 3 (which wants an `Api-Key` too): another API. */
const OF_ANOTHER_SERVER = /^\/(hello|shapes|v3\/.*)$/;

/** Whether a request is for a server that is not built here. */
export function isForAnotherServer({ server, path }: PublishedRequest): boolean {
  return server === 'shapes' && OF_ANOTHER_SERVER.test(path);
}

/** What this project's Shapes server answers where the collections leave it open: missing 400, invalid 401. */
export function statusOf({ expectedStatus, headers, name }: PublishedRequest): number {
  if (!String(expectedStatus).startsWith('4xx')) return Number(expectedStatus);
  if (headers['Approov-Token'] === undefined) return 400;
  if (/Malformed|Expired|not matching|without the custom payload claim/.test(name)) return 401;
  throw new Error(`no rule for ${name}`);
}
