/** A body that is no JSON although its type says so. */
export class MalformedBody extends Error {}

/** What the servers' own parser makes of a body, where the framework has none. */
export function parseBody(type: string | undefined, bytes: Uint8Array): unknown {
  if (bytes.length === 0) return undefined;
  if (type !== 'application/json') return bytes;
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw new MalformedBody('not JSON', { cause });
  }
}

/** The rest of the request's stream. */
export async function readStream(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts);
}
