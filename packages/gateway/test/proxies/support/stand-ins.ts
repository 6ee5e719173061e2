import type { Socket } from 'node:net';

const accepted = 'X-Attest-Outcome: accepted\r\nX-Attest-Evidence: "approov"\r\nX-Attest-Device: "d"\r\n';
const says =
  (text: string) =>
  (socket: Socket): void =>
    void socket.end(text, 'latin1');

/** Whoever listens where the gateway should: all that is no accept of the gateway. */
export const FAULTS: Readonly<Record<string, (socket: Socket) => void>> = {
  'closes the connection': (socket) => socket.destroy(),
  'breaks the connection off': (socket) => socket.resetAndDestroy(),
  'ends in the first line': says('HTTP/1.1 200'),
  'ends in the head of a yes': says(`HTTP/1.1 200 OK\r\n${accepted}`),
  'says yes, as another server': says('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'),
  'says yes by a page': says('HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<h1>welcome</h1>'),
  'says 204, as another server': says('HTTP/1.1 204 No Content\r\n\r\n'),
  'sends the client elsewhere': says('HTTP/1.1 302 Found\r\nLocation: /login\r\nContent-Length: 0\r\n\r\n'),
  'says 103, and no more': says('HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n'),
  'says 100, then no': says('HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n'),
  'says 500': says('HTTP/1.1 500 Oh\r\nContent-Length: 2\r\n\r\noh'),
  'says 404': says('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n'),
  'says no, without a word': says('HTTP/1.1 401 No\r\n\r\n'),
  'says no in 30 kB': says(`HTTP/1.1 401 No\r\nX-Long: ${'a'.repeat(30_000)}\r\nContent-Length: 0\r\n\r\n`),
  'says something in 1 MB': says(
    `HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n${'a'.repeat(1_000_000)}`,
  ),
  'speaks another protocol': says('SSH-2.0-OpenSSH_9.2\r\n'),
  'speaks nonsense': says('\0\x01\xff\xfe\r\n\r\n\r\n'),
  'says another outcome': says(
    `HTTP/1.1 200 OK\r\n${accepted.replace('accepted', 'denied')}Content-Length: 0\r\n\r\n`,
  ),
  'says a status that is none': says(`HTTP/1.1 2000 OK\r\n${accepted}Content-Length: 0\r\n\r\n`),
  hangs: () => undefined,
};
