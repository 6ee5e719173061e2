import { createReadStream, existsSync, statSync } from 'node:fs';
import { UsageError } from './arguments.js';

/** An evidence file has a few thousand characters; no more than this is read. */
const MAX_BYTES = 1_048_576;

/**
 * Reads what is to be inspected: `-` is standard input, a name that ends in `.json` or is that of a file is read,
 * anything else is a token. Text that begins with `{` is an evidence file, other text a token.
 *
 * @returns parsed JSON, or a bare token
 * @throws UsageError where it cannot be read
 */
export async function readEvidence(argument: string, stdin: AsyncIterable<Uint8Array>): Promise<unknown> {
  if (argument === '-') return parse(await text(stdin, 'standard input'), 'standard input');
  const isFile = existsSync(argument) && !statSync(argument).isDirectory();
  if (!isFile && argument.trim().startsWith('{')) return parse(argument, 'the argument');
  if (!isFile && !argument.endsWith('.json')) return argument.trim();
  if (!isFile) throw new UsageError(`there is no file ${argument}`);
  return parse(await text(createReadStream(argument), argument), argument);
}

async function text(stream: AsyncIterable<Uint8Array>, name: string): Promise<string> {
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
  if (size > MAX_BYTES) throw new UsageError(`${name} has more than 1 MiB: that is no evidence`);
  return Buffer.concat(chunks).toString('utf8');
}

function parse(content: string, name: string): unknown {
  const trimmed = content.trim();
  if (!trimmed.startsWith('{') && !name.endsWith('.json')) return trimmed;
  try {
    return JSON.parse(trimmed);
  } catch {
    throw new UsageError(`${name} is not JSON`);
  }
}
