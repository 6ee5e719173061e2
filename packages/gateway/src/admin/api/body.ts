import type { IncomingMessage } from 'node:http';
import { linesOf } from '../../http/lines.js';
import { Refusal } from '../answer.js';

/** For the calls whose body is a few names. */
const MOST_BYTES = 65_536;

const DEADLINE_MS = 10_000;

/** A JSON object, as it came. */
export type Given = Readonly<Record<string, unknown>>;

/**
 * Reads a body.
 *
 * @throws Refusal (rejects with it)
 */
export async function readBytes(
  req: IncomingMessage,
  most: number,
  deadlineMs = DEADLINE_MS,
): Promise<Buffer> {
  if (linesOf(req.rawHeaders, 'content-encoding').length > 0)
    throw new Refusal(415, 'A body may not be compressed.');
  const [length = '0'] = linesOf(req.rawHeaders, 'content-length');
  const tooLarge = (): Refusal => new Refusal(413, `The body may have at most ${most} bytes.`);
  if (Number(length) > most) throw tooLarge();
  return await new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const stop = (refusal: Refusal | undefined): void => {
      clearTimeout(timer);
      req.off('data', take).off('end', end).off('close', gone).off('error', gone);
      if (refusal === undefined) return resolve(Buffer.concat(chunks));
      req.pause();
      reject(refusal);
    };
    const take = (chunk: Buffer): void => {
      size += chunk.length;
      if (size > most) stop(tooLarge());
      else chunks.push(chunk);
    };
    const end = (): void => stop(undefined);
    const gone = (): void => stop(new Refusal(400, 'The body ended too early.'));
    const timer = setTimeout(() => stop(new Refusal(408, 'The body came too slowly.')), deadlineMs);
    req.on('data', take).on('end', end).on('close', gone).on('error', gone);
  });
}

/**
 * Reads a body that is a JSON object with no other members than these.
 *
 * @throws Refusal (rejects with it)
 */
export async function readGiven(req: IncomingMessage, members: readonly string[]): Promise<Given> {
  const given = parsed((await readBytes(req, MOST_BYTES)).toString('utf8'));
  const unknown = Object.keys(given).find((name) => !members.includes(name));
  if (unknown !== undefined) throw new Refusal(400, `The body may have ${members.join(', ')} alone.`);
  return given;
}

function parsed(text: string): Given {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Given;
  } catch {}
  throw new Refusal(400, 'The body has to be a JSON object.');
}

/** A member that is a text of some length. @throws Refusal */
export function textOf(given: Given, member: string, most = 1024): string {
  const value = given[member];
  if (typeof value !== 'string' || value === '' || value.length > most)
    throw new Refusal(400, `${member} has to be a text of at most ${most} characters.`);
  return value;
}

/** A member that is one of some words. @throws Refusal */
export function oneOf<Word extends string>(value: unknown, member: string, words: readonly Word[]): Word {
  const found = words.find((word) => word === value);
  if (found === undefined) throw new Refusal(400, `${member} has to be one of ${words.join(', ')}.`);
  return found;
}
