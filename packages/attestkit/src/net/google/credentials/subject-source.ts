import { ConfigurationError } from '../../../kernel/errors.js';
import { isJsonObject, type JsonObject } from '../../../kernel/bytes/json.js';
import { isFieldName } from '../../../kernel/config/options.js';
import { endpoint, isLocal } from '../../endpoint.js';
import type { SubjectSource } from './subject-token.js';

/** Where the token of the other identity provider is: in a file, or behind a URL (AIP-4117). */
export interface CredentialSource {
  /** A path. Read again for each exchange, since such tokens are short-lived. */
  readonly file?: string | undefined;
  /** https; http only for this machine and a link-local metadata server. */
  readonly url?: string | undefined;
  /** Of `url`. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Default: text, which is the token alone. */
  readonly format?:
    | {
        readonly type?: 'text' | 'json' | undefined;
        /** The member of a JSON object that is the token; a must for `json`. */
        readonly subject_token_field_name?: string | undefined;
      }
    | undefined;
}

/** Sources that are never used, by the member that announces them. */
const UNSUPPORTED: Readonly<Record<string, readonly [problem: string, remedy: string]>> = {
  executable: [
    'is a program, and this library starts none',
    'Have the program write the token to a file, and give credential_source.file.',
  ],
  environment_id: [
    'is of AWS, whose credentials sign requests instead of being a token',
    'Give a source that is a token: on EKS the projected token of the pod, as credential_source.file.',
  ],
  certificate: [
    'is a client certificate, which fetch cannot present',
    'Give a source that is a token: credential_source.file or credential_source.url.',
  ],
};

/**
 * Reads `credential_source`.
 *
 * @throws ConfigurationError naming the member: `credentials.credential_source.url`
 */
export function readSubjectSource(source: unknown): SubjectSource {
  if (!isJsonObject(source)) throw refused('', 'is not an object', 'Give an object with file or url.');
  for (const [member, [problem, remedy]] of Object.entries(UNSUPPORTED))
    if (source[member] !== undefined) throw refused(`.${member}`, problem, remedy);
  const { file, url, headers } = source;
  if ((file === undefined) === (url === undefined))
    throw refused('', 'does not have exactly one of file and url', 'Give one of them.');
  const member = readFormat(source['format']);
  if (file === undefined) return { url: readUrl(url), headers: readHeaders(headers), member };
  if (typeof file !== 'string' || file === '' || file.includes('\0'))
    throw refused('.file', 'is not a path', 'Give the path of the file with the token.');
  if (headers !== undefined) throw refused('.headers', 'is set beside file', 'Leave it out.');
  return { file, member };
}

function readUrl(url: unknown): string {
  const read = typeof url === 'string' && URL.canParse(url) ? new URL(url) : undefined;
  const isBare =
    read !== undefined && read.username === '' && read.password === '' && !read.href.includes('#');
  if (isBare && read.protocol === 'http:' && isLocal(read)) return read.href;
  if (read?.protocol === 'http:' && !isLocal(read)) {
    const remedy = 'Use https; http is for loopback and a link-local metadata server alone.';
    throw refused('.url', 'is http to another machine', remedy);
  }
  return endpoint(url as string, 'credentials.credential_source.url');
}

function readHeaders(headers: unknown): Readonly<Record<string, string>> {
  if (headers === undefined) return {};
  const isSound =
    isJsonObject(headers) &&
    Object.entries(headers).every(
      ([name, value]) => isFieldName(name) && typeof value === 'string' && /^[\t\x20-\x7e]*$/.test(value),
    );
  if (!isSound) throw refused('.headers', 'are not header fields', 'Give an object of names and texts.');
  return { ...headers } as Record<string, string>;
}

/** The member that is the token; undefined if the token is the whole text. */
function readFormat(format: unknown): string | undefined {
  const { type = 'text', subject_token_field_name: name }: JsonObject = isJsonObject(format) ? format : {};
  if ((format !== undefined && !isJsonObject(format)) || (type !== 'text' && type !== 'json'))
    throw refused('.format', 'is neither text nor json', 'Give { "type": "text" } or leave it out.');
  if (type === 'text') return undefined;
  if (typeof name !== 'string' || name === '') {
    const remedy = 'Name the member that is the token: access_token, for example.';
    throw refused('.format.subject_token_field_name', 'is not set', remedy);
  }
  return name;
}

function refused(member: string, problem: string, remedy: string): ConfigurationError {
  return new ConfigurationError(`credentials.credential_source${member}`, problem, remedy);
}
