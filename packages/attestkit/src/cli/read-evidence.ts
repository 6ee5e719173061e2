import { isUtf8 } from 'node:buffer';
import { createReadStream, existsSync, statSync } from 'node:fs';
import { UsageError } from './arguments.js';

/** An evidence file has a few thousand characters; no more than this is read. */
const MAX_BYTES = 1_048_576;

/**
 * Reads what is to be inspected: `-` is standard input, a name that ends in `.json` or is that of a file is read,
 * anything else is the evidence itself. What it is, the inspector recognizes.
 *
 * @returns text, as it is, or parsed if a file says that it is JSON; or bytes that are not text
 * @throws UsageError if it cannot be read, or begins as JSON does and is not JSON
 */
export async function readEvidence(argument: string, stdin: AsyncIterable<Uint8Array>): Promise<unknown> {
  if (argument === '-') return parse(await bytesOf(stdin, 'standard input'), 'standard input');
  const isFile = existsSync(argument) && !statSync(argument).isDirectory();
  if (!isFile && argument.endsWith('.json')) throw new UsageError(`there is no file ${argument}`);
  if (!isFile) return parse(Buffer.from(argument), 'the argument');
  return parse(await bytesOf(createReadStream(argument), argument), argument);
}

async function bytesOf(stream: AsyncIterable<Uint8Array>, name: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of stream) {
      size += chunk.length;
      if (size > MAX_BYTES) break;
      chunks.push(chunk);
    }
  } catch (error) {
    throw new UsageError(`${name} cannot be read: ${(error as Error).message}`);
  }
  if (size > MAX_BYTES) throw new UsageError(`${name} has more than 1 MiB: that is not evidence`);
  return Buffer.concat(chunks);
}

function parse(bytes: Uint8Array, name: string): unknown {
  if (!isUtf8(bytes)) return bytes;
  const text = Buffer.from(bytes).toString('utf8').trim();
  const isFile = name.endsWith('.json');
  if (!/^[{[]/.test(text) && !isFile) return text;
  try {
    const value: unknown = JSON.parse(text);
    // Text that is an object or a list stays text: what a parser hides in it, names that are there twice, counts.
    return typeof value === 'object' && value !== null ? text : value;
  } catch {
    throw new UsageError(`${name} is not JSON`);
  }
}
