import { isUtf8 } from 'node:buffer';
import { readUnsignedJson } from '../../../kernel/bytes/unsigned-json.js';
import { assertGranted, Ungranted, type GrantRequest } from './grant.js';

/** The source of a subject token, read and ready. */
export type SubjectSource = {
  /** The member of a JSON object that is the token; undefined if the token is the whole text. */
  readonly member: string | undefined;
} & (
  | { readonly file: string }
  | { readonly url: string; readonly headers: Readonly<Record<string, string>> }
);

/** Bytes of a file with a token. */
const MAX_BYTES = 65_536;

/**
 * The token of the other identity provider, which Google exchanges for one of its own.
 *
 * @throws Ungranted or FetchFailure (as a rejection)
 */
export async function subjectToken(source: SubjectSource, request: GrantRequest): Promise<string> {
  if ('file' in source) return tokenIn(await readBounded(source.file, request.left()), source.member);
  const answer = await request.ask(source.url, { headers: source.headers });
  assertGranted(answer, [
    'the source of the subject token refused',
    'check credential_source.url and its headers',
  ]);
  return tokenIn(answer.body, source.member);
}

/** What is wrong with a file or an answer stays wrong until the operator does something. */
function tokenIn(bytes: Buffer, member: string | undefined): string {
  const text = isUtf8(bytes) ? bytes.toString('utf8').trim() : '';
  const document = member === undefined ? undefined : readUnsignedJson(Buffer.from(text));
  const token =
    member === undefined ? text : document && Object.hasOwn(document, member) ? document[member] : '';
  if (typeof token === 'string' && token !== '') return token;
  const problem =
    'the source of the subject token does not contain one: check credential_source and its format';
  throw new Ungranted('misconfigured', problem);
}

/** A file as it is now; a device or a pipe could be without end. */
async function readBounded(path: string, timeoutMs: number): Promise<Buffer> {
  // Loaded when it is needed: not every runtime has files.
  const { readFile, stat } = await import('node:fs/promises');
  try {
    const { size } = await stat(path).then((found) => (found.isFile() ? found : refuse('is not a file')));
    const bytes =
      size > MAX_BYTES ? undefined : await readFile(path, { signal: AbortSignal.timeout(timeoutMs) });
    // It may have grown since.
    return bytes !== undefined && bytes.length <= MAX_BYTES ? bytes : refuse('is over 64 KiB');
  } catch (error) {
    if (error instanceof Ungranted) throw error;
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    return refuse(/^E[A-Z]{1,20}$/.test(code) ? `cannot be read (${code})` : 'cannot be read');
  }
}

function refuse(problem: string): never {
  throw new Ungranted('misconfigured', `the file with the subject token ${problem}`);
}
