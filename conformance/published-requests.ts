import { existsSync, readFileSync } from 'node:fs';
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

const FILE = fileURLToPath(new URL('../../shared/vectors/approov/token-requests.json', import.meta.url));

/** The requests; undefined where the folder that has them is absent. They are never copied into the repository. */
export function publishedRequests(): readonly PublishedRequest[] | undefined {
  return existsSync(FILE) ? (JSON.parse(readFileSync(FILE, 'utf8')) as PublishedRequest[]) : undefined;
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
