import type { IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2';

/** Codes of gRPC that end a call without an answer. */
export const STATUS = {
  ok: 0,
  invalidArgument: 3,
  deadlineExceeded: 4,
  unimplemented: 12,
} as const;

/** Why a call ends without an answer. */
export class CallError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** 1 MiB of body, and what else a question has: the head, twice. */
const MOST_BYTES = 1_048_576 + 131_072;

/** Flag and length before each message. */
const PREFIX = 5;

/**
 * Reads the one message of a call; undefined if it is too large.
 *
 * @throws CallError (rejects with it)
 */
export function readMessage(stream: ServerHttp2Stream): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    let expected: number | undefined;
    const leave = (): void => {
      stream.off('data', take).off('end', finish).resume();
    };
    const fail = (status: number, says: string): void => {
      leave();
      reject(new CallError(status, says));
    };
    const take = (chunk: Buffer): void => {
      chunks.push(chunk);
      length += chunk.length;
      if (expected === undefined && length >= PREFIX) {
        const head = Buffer.concat(chunks);
        if (head[0] !== 0) return fail(STATUS.unimplemented, 'compressed messages are not read');
        expected = PREFIX + head.readUInt32BE(1);
        if (expected > PREFIX + MOST_BYTES) {
          leave();
          return resolve(undefined);
        }
      }
      if (expected !== undefined && length > expected) fail(STATUS.invalidArgument, 'more than one message');
    };
    const finish = (): void => {
      if (length === expected) resolve(Buffer.concat(chunks).subarray(PREFIX));
      else fail(STATUS.invalidArgument, 'a message that ends too early');
    };
    stream.on('data', take).on('end', finish);
    stream.once('close', () => reject(new CallError(STATUS.invalidArgument, 'the call was broken off')));
  });
}

/** Answers with one message. */
export function sendMessage(stream: ServerHttp2Stream, message: Buffer): void {
  if (stream.destroyed || stream.headersSent) return;
  const prefix = Buffer.alloc(PREFIX);
  prefix.writeUInt32BE(message.length, 1);
  stream.respond({ ':status': 200, 'content-type': 'application/grpc+proto' }, { waitForTrailers: true });
  stream.once('wantTrailers', () => stream.sendTrailers({ 'grpc-status': String(STATUS.ok) }));
  stream.end(Buffer.concat([prefix, message]));
}

/** Ends a call without an answer: to Envoy, an error. */
export function sendError(stream: ServerHttp2Stream, { status, message }: CallError): void {
  if (stream.destroyed || stream.headersSent) return;
  const headers = { ':status': 200, 'content-type': 'application/grpc', 'grpc-status': String(status) };
  stream.respond({ ...headers, 'grpc-message': message }, { endStream: true });
}

const UNITS = { H: 3_600_000, M: 60_000, S: 1000, m: 1, u: 1e-3, n: 1e-6 } as const;

/** How long a call without a time of its own may take. */
const LONGEST_MS = 30_000;

/**
 * Milliseconds until the asker has given up.
 *
 * @throws CallError
 */
export function timeoutOf(headers: IncomingHttpHeaders): number {
  const given = headers['grpc-timeout'];
  if (given === undefined) return LONGEST_MS;
  const [, count, unit] = /^([0-9]{1,8})([HMSmun])$/.exec(String(given)) ?? [];
  if (unit === undefined) throw new CallError(STATUS.invalidArgument, 'grpc-timeout is not a time');
  return Math.min(Number(count) * UNITS[unit as keyof typeof UNITS], LONGEST_MS);
}
