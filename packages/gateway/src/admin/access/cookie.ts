import type { IncomingMessage } from 'node:http';
import { ADMIN_COOKIE } from '../../http/admin-cookie.js';
import { linesOf } from '../../http/lines.js';

/** A browser sends cookies to all ports of a host: each gateway has a name of its own. */
function nameOf({ rawHeaders, socket }: IncomingMessage): string {
  const [host = ''] = linesOf(rawHeaders, 'host');
  const [, port] = /:([0-9]{1,5})$/.exec(host) ?? [];
  return `${ADMIN_COOKIE}${port ?? socket.localPort ?? 'unix'}`;
}

/** The id of a session that a request brings; undefined if it brings none, or several. */
export function sessionIdOf(req: IncomingMessage): string | undefined {
  const name = nameOf(req);
  const values = linesOf(req.rawHeaders, 'cookie')
    .flatMap((line) => line.split(';'))
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1));
  const [value] = values;
  // Another server of this host, or a neighbor in the domain, can add one. Which of the two is ours is not known.
  return values.length === 1 && value !== undefined && /^[A-Za-z0-9_-]{43}$/.test(value) ? value : undefined;
}

/** `Set-Cookie` of a session that has begun, or, without an id, of one that has ended. */
export function cookieOf(req: IncomingMessage, id: string | undefined): string {
  const [origin = ''] = linesOf(req.rawHeaders, 'origin');
  return [
    `${nameOf(req)}=${id ?? ''}`,
    'Path=/',
    'HttpOnly',
    'SameSite=Strict',
    ...(origin.startsWith('https:') ? ['Secure'] : []),
    ...(id === undefined ? ['Max-Age=0'] : []),
  ].join('; ');
}
