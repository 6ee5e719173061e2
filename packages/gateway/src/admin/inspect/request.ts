import type { EvidenceKindName } from 'attestkit/inspect';

/** What a page asks for, read. */
export interface Request {
  readonly evidence: string | Uint8Array;
  /** Not looked at yet. */
  readonly kind: EvidenceKindName | undefined;
  readonly at: string | undefined;
  readonly members: Readonly<Record<string, unknown>>;
}

/** A body that no page sends. The message says what is wrong with it. */
export class AskedWrongly extends Error {}

const MEMBERS = ['evidence', 'encoding', 'kind', 'at', 'members'];
const MOST = 1_048_576;

/** @throws AskedWrongly */
export function readRequest(body: Uint8Array): Request {
  const given = objectIn(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8'));
  if (Object.keys(given).some((name) => !MEMBERS.includes(name)))
    throw new AskedWrongly(`The body may have ${MEMBERS.join(', ')} alone.`);
  const { evidence, encoding, kind, at, members = {} } = given;
  if (typeof evidence !== 'string' || evidence === '') throw new AskedWrongly('evidence has to be a text.');
  if (encoding !== undefined && encoding !== 'base64')
    throw new AskedWrongly('encoding can be base64 alone.');
  if (kind !== undefined && typeof kind !== 'string') throw new AskedWrongly('kind has to be a text.');
  if (at !== undefined && typeof at !== 'string') throw new AskedWrongly('at has to be a text.');
  if (!isObject(members) || ['__proto__', 'kind'].some((name) => Object.hasOwn(members, name)))
    throw new AskedWrongly('members has to be an object with members of an evidence file.');
  const bytes = encoding === undefined ? evidence : Buffer.from(evidence, 'base64');
  if (bytes.length > MOST) throw new AskedWrongly('evidence may have 1 MiB at most.');
  return { evidence: bytes, kind: kind as EvidenceKindName | undefined, at, members };
}

function objectIn(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value)) return value;
  } catch {}
  throw new AskedWrongly('The body has to be a JSON object.');
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
