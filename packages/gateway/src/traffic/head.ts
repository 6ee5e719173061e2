import type { IncomingMessage } from 'node:http';
import { readTarget, type Target } from '../routes/target.js';
import { hostOf } from '../http/authority.js';
import { isMethodPassedOn } from '../http/methods.js';
import { isProtected } from '../http/names.js';

/** The head of a request that every server reads alike. */
export interface Head {
  readonly method: string;
  readonly target: Target;
  /** `Host` as sent. */
  readonly authority: string;
  /** In lower case, without the port and a dot at the end. */
  readonly host: string;
  /** Names in `Connection`, in lower case: they end here. */
  readonly nominated: ReadonlySet<string>;
  /** Whether a body follows. */
  readonly hasBody: boolean;
  /** Whether two servers may read two different credentials. */
  readonly isAuthorizedTwice: boolean;
}

/** Why a head is refused: what the log says. The client gets the status alone. */
export interface HeadFault {
  readonly status: 400 | 405 | 414 | 431;
  readonly says: string;
}

/** Node keeps any number of lines, if told so; servers behind do not. */
const MOST_LINES = 100;
const MOST_CONNECTION_NAMES = 20;

/** Reads the head of a request. What two readers may take for two requests is a fault. */
export function readHead(message: IncomingMessage): Head | HeadFault {
  const { rawHeaders, httpVersion, method = '', url = '' } = message;
  if (rawHeaders.length > MOST_LINES * 2) return fault(431, `more than ${MOST_LINES} header lines`);
  if (httpVersion !== '1.1' && httpVersion !== '1.0')
    return fault(400, 'another version than HTTP/1.1 and 1.0');
  if (!isMethodPassedOn(method)) return fault(405, 'a method that is not passed on');
  const lines = new Lines(rawHeaders);
  if (lines.hosts.length !== 1) return fault(400, `${lines.hosts.length} Host lines`);
  const authority = lines.hosts[0] as string;
  const host = hostOf(authority);
  if (host === undefined) return fault(400, 'a Host that is not a name with a port');
  if (lines.lengths > 0 && lines.codings.length > 0)
    return fault(400, 'Content-Length beside Transfer-Encoding');
  if (lines.lengths > 1) return fault(400, 'more than one Content-Length line');
  const isChunked = lines.codings.length === 1 && lines.codings[0]?.trim().toLowerCase() === 'chunked';
  if (lines.codings.length > 0 && !(isChunked && httpVersion === '1.1'))
    return fault(400, 'a Transfer-Encoding other than chunked');
  const nominated = namesIn(lines.connection);
  if (nominated.size > MOST_CONNECTION_NAMES) return fault(400, 'too many names in Connection');
  for (const each of nominated)
    if (isProtected(each)) return fault(400, 'Connection names a field that must stay');
  if (url.length > 8192) return fault(414, 'a target of more than 8192 bytes');
  const target = readTarget(url);
  if (target === undefined) return fault(400, 'a target that servers read in different ways');
  return {
    method,
    target,
    authority,
    host,
    nominated,
    hasBody: isChunked || lines.lengths > 0,
    isAuthorizedTwice: lines.authorizations > 1,
  };
}

const NONE: ReadonlySet<string> = new Set();

/** The names in `Connection`, in lower case. */
function namesIn(connection: readonly string[]): ReadonlySet<string> {
  if (connection.length === 0) return NONE;
  const names = connection.flatMap((line) => line.split(',').map((each) => each.trim().toLowerCase()));
  return new Set(names.filter((name) => name !== ''));
}

export function isFault(head: Head | HeadFault): head is HeadFault {
  return 'status' in head;
}

function fault(status: HeadFault['status'], says: string): HeadFault {
  return { status, says };
}

/** The lines that decide where a request ends, and whose it is. */
class Lines {
  readonly hosts: string[] = [];
  readonly codings: string[] = [];
  readonly connection: string[] = [];
  lengths = 0;
  authorizations = 0;

  constructor(raw: readonly string[]) {
    for (let at = 0; at < raw.length; at += 2) {
      const value = raw[at + 1] as string;
      switch ((raw[at] as string).toLowerCase()) {
        case 'host':
          this.hosts.push(value);
          break;
        case 'connection':
          this.connection.push(value);
          break;
        case 'transfer-encoding':
          this.codings.push(value);
          break;
        case 'content-length':
          this.lengths += 1;
          break;
        case 'authorization':
          this.authorizations += 1;
      }
    }
  }
}
