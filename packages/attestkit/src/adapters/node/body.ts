import { BODY_LIMIT, BodyTooLargeError } from '../../guard/internal.js';
import type { NodeMessage } from './message.js';

const bodies = new WeakMap<NodeMessage, Promise<Uint8Array>>();

/**
 * Keeps the bytes that a body parser has read, so that the guard can be mounted behind it:
 * `express.json({ verify: rawBody })`. Not if the parser has decompressed them: they are no longer those that
 * were sent.
 *
 * @param req the request of Node's server: `ctx.req` of Koa, `request.raw` of Fastify
 * @example
 * app.use(express.json({ verify: rawBody }));
 */
export function rawBody(req: NodeMessage, _res: unknown, bytes: Uint8Array): void {
  const coding = req.headers['content-encoding'] ?? 'identity';
  if (coding.toLowerCase() === 'identity') bodies.set(req, Promise.resolve(bytes));
}

/** How to get the body's exact bytes; undefined if somebody else has read them, and has not kept them. */
export function bodyOf(message: NodeMessage): ((maxBytes?: number) => Promise<Uint8Array>) | undefined {
  const consumed =
    !isStream(message) ||
    message.readableDidRead ||
    message.readableEnded ||
    message.readableFlowing === true ||
    message.readableEncoding !== null;
  if (consumed && !bodies.has(message)) return undefined;
  return (maxBytes = BODY_LIMIT) => {
    const body = bodies.get(message) ?? read(message, maxBytes);
    bodies.set(message, body);
    return body;
  };
}

/**
 * Throws away what is left of a refused request's body, up to a bound, so that the connection can go on. Node does so only
 * if no reader has begun, and without a bound. Emulations of Node's server, for functions in a cloud, may have nothing to resume.
 */
export function discardBody(message: Discardable): void {
  if (!isStream(message)) return;
  let left = DISCARD_LIMIT;
  message.on?.('data', (chunk) => {
    left -= chunk.length;
    // The answer has been written long before: a client that goes on sending is cut off.
    if (left < 0) message.destroy?.();
  });
  message.resume?.();
}

/** Express gives a mock the methods of a stream too, which need its state. */
function isStream(message: object): boolean {
  const { _readableState: state } = message as { readonly _readableState?: object };
  return state !== undefined;
}

/** Bytes of a refused body that are read to keep the connection: 4 MiB. That much may be on its way already. */
const DISCARD_LIMIT = 4_194_304;

/** What is used of a request whose body is thrown away; emulations may have less. */
export interface Discardable {
  on?(event: 'data', listener: (chunk: Uint8Array) => void): unknown;
  resume?(): unknown;
  destroy?(): unknown;
}

/**
 * Reads the body and puts it back, so that the framework's parser finds the stream unread. To put
 * it back is possible until the stream has emitted 'end'; so nothing is read from a stream that has ended and is
 * empty, which is what makes it emit 'end', and all is put back in the tick in which the last of it was read.
 */
function read(message: NodeMessage, maxBytes: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const declared = Number(message.headers['content-length'] ?? 0);
    if (declared > maxBytes) return reject(new BodyTooLargeError(maxBytes));
    if (isBroken(message)) return reject(broken());
    // With a read under way, on('readable') starts none of its own, which could come after the end.
    if (!hasEnded(message)) message.read(0);
    if (hasEnded(message) && message.readableLength === 0) return resolve(new Uint8Array());

    const chunks: Uint8Array[] = [];
    let length = 0;
    function take(): void {
      while (message.readableLength > 0) {
        const chunk = message.read() as Uint8Array;
        chunks.push(chunk);
        length += chunk.length;
      }
      if (isBroken(message)) fail();
      else if (length > maxBytes) stop(() => reject(new BodyTooLargeError(maxBytes)));
      else if (hasEnded(message)) stop(resolve);
    }
    function fail(cause?: unknown): void {
      stop(() => reject(broken(cause)));
    }
    function stop(settle: (bytes: Uint8Array) => void): void {
      message.off('readable', take).off('error', fail).off('close', fail);
      const bytes = Buffer.concat(chunks, length);
      if (length > 0) message.unshift(bytes);
      settle(bytes);
    }
    message.on('readable', take).on('error', fail).on('close', fail);
  });
}

/** Whether all of the body has arrived, read or not. Public properties tell it only of HTTP/1.1, or too late. */
function hasEnded(message: NodeMessage): boolean {
  const { _readableState: state } = message as unknown as {
    readonly _readableState: { readonly ended: boolean };
  };
  return state.ended;
}

/** A stream of HTTP/2 that was reset ends like one that is complete, but before the response it is closed only then. */
function isBroken(message: NodeMessage): boolean {
  return message.destroyed || message.stream?.closed === true;
}

function broken(cause?: unknown): Error {
  return new Error('the connection broke before the end of the body', { cause });
}
