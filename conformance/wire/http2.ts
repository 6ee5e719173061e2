import { connect as connectHttp2, constants } from 'node:http2';
import { connect } from 'node:net';
import { Duplex } from 'node:stream';
import type { FieldLine, WireRequest, WireResponse } from './message.js';
import { recorded } from './record.js';

const DEADLINE_MS = 10_000;
const FRAME_HEADER = 9;
const PREFACE = 24;
const HEADERS = 1;
const END_HEADERS = 4;

/**
 * Sends one request over cleartext HTTP/2. Node's client frames it and reads the answer, but it neither repeats
 * a field such as `authorization` nor sends any byte, so the fields are put into its HEADERS frame on the way out.
 * A stream that the server resets as malformed (RFC 9113 §8.1.1) counts as the status 400, which it stands for.
 */
export function sendHttp2(port: number, request: WireRequest): Promise<WireResponse> {
  const { method = 'GET', target, headers = [], body } = request;
  const parts = body === undefined ? [] : body instanceof Uint8Array ? [body] : body;
  return new Promise((resolve, reject) => {
    const session = connectHttp2('http://api.example.com', {
      createConnection: () => withFields(port, headers),
    });
    const stream = session.request({ ':method': method, ':path': target }, { endStream: parts.length === 0 });
    const chunks: Buffer[] = [];
    let head: { status: number; headers: readonly FieldLine[] } | undefined;
    const fail = (error: Error): void => {
      session.destroy();
      reject(error);
    };
    session.on('error', fail);
    stream.on('error', (error) => {
      if (stream.rstCode === constants.NGHTTP2_PROTOCOL_ERROR) head ??= { status: 400, headers: [] };
      else fail(error);
    });
    stream.setTimeout(DEADLINE_MS, () => fail(new Error('no complete answer in time')));
    stream.on('response', (received) => {
      const fields = Object.entries(received).filter(([name]) => !name.startsWith(':'));
      head = {
        status: Number(received[':status']),
        headers: fields.map(([name, value]): FieldLine => [name, String(value)]),
      };
    });
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('close', () => {
      session.close();
      if (head === undefined) reject(new Error(`the stream closed with ${stream.rstCode} and no answer`));
      else resolve(recorded(request, { ...head, body: Buffer.concat(chunks).toString('utf8') }));
    });
    for (const part of parts) stream.write(part);
    if (parts.length > 0) stream.end();
  });
}

/** A connection that adds header fields to the first HEADERS frame that is written to it. */
function withFields(port: number, headers: readonly FieldLine[]): Duplex {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true });
  const fields = Buffer.concat(headers.map(literal));
  let pending: Buffer = Buffer.alloc(0);
  let started = false;
  let added = false;
  const duplex = new Duplex({
    read: () => socket.resume(),
    write(chunk: Buffer, _encoding, done) {
      pending = Buffer.concat([pending, chunk]);
      for (let part = next(pending, started); part !== undefined; part = next(pending, started)) {
        pending = pending.subarray(part.length);
        const extend = started && !added && part[3] === HEADERS;
        started = true;
        added ||= extend;
        socket.write(extend ? extended(part, fields) : part);
      }
      done();
    },
    final: (done) => void socket.end(done),
    destroy(error, done) {
      socket.destroy();
      done(error);
    },
  });
  socket.on('data', (chunk) => {
    if (!duplex.push(chunk)) socket.pause();
  });
  socket.on('end', () => duplex.push(null));
  socket.on('error', (error) => duplex.destroy(error));
  return duplex;
}

/** The next whole part of a connection: its preface, then frames. */
function next(bytes: Buffer, started: boolean): Buffer | undefined {
  if (started && bytes.length < FRAME_HEADER) return undefined;
  const length = started ? FRAME_HEADER + bytes.readUIntBE(0, 3) : PREFACE;
  return bytes.length < length ? undefined : bytes.subarray(0, length);
}

/** The HEADERS frame with more fields at its end; it has no padding, and all its fields, as Node writes it. */
function extended(frame: Buffer, fields: Buffer): Buffer {
  if (((frame[4] ?? 0) & END_HEADERS) === 0) throw new Error('the HEADERS frame goes on in another one');
  const longer = Buffer.concat([frame, fields]);
  longer.writeUIntBE(longer.length - FRAME_HEADER, 0, 3);
  return longer;
}

/** A field as HPACK "literal without indexing, new name" (RFC 7541 §6.2.2), without Huffman coding. */
function literal([name, value]: FieldLine): Buffer {
  const parts = [name.toLowerCase(), value].map((text) => Buffer.from(text, 'latin1'));
  return Buffer.concat([Buffer.from([0]), ...parts.flatMap((part) => [prefixed(part.length), part])]);
}

/** An integer with a prefix of 7 bits (RFC 7541 §5.1). */
function prefixed(value: number): Buffer {
  if (value < 127) return Buffer.from([value]);
  const bytes = [127];
  let rest = value - 127;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return Buffer.from([...bytes, rest]);
}
