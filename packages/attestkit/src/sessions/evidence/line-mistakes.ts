import { hash } from 'node:crypto';
import type { Form } from '../../kernel/challenge-forms.js';
import { jsonForms } from './json-forms.js';

/**
 * What apps sign by mistake instead of the bytes that they should, with a sentence for each: the lines of a request, of a
 * session or of a replacement, or any other client data. At most 30 forms.
 *
 * @param clientData what should have been signed
 * @param body the body as the server received it, if it is known
 */
export function* clientDataMistakes(clientData: Uint8Array, body?: Uint8Array): Generator<Form> {
  const text = Buffer.from(clientData).toString('utf8');
  const lines = text.split('\n');
  if (lines[0] === REQUEST && lines.length === 6) yield* written(requestMistakes(lines, body));
  else if (lines[0] === SESSION || lines[0] === REPLACEMENT) yield* written(exchangeMistakes(lines));
  else yield* asForms('client data', jsonForms(text));
  yield* written([
    ['the app signed lines that end with CR LF: end them with a line feed', lines.join('\r\n')],
    ['the app signed a line feed at the end: end with the last line', `${text}\n`],
    ...(text.endsWith('\n') ? [[NO_LAST_LINE, text.slice(0, -1)] as const] : []),
  ]);
}

const REQUEST = 'attestkit-request-v1';
const SESSION = 'attestkit-session-v1';
const REPLACEMENT = 'attestkit-replace-v1';

const NO_LAST_LINE =
  'the app left out the last line, which is empty: end with a line feed after the line before it';

type Text = readonly [says: string, text: string];

function* written(texts: Iterable<Text>): Generator<Form> {
  for (const [says, text] of texts) yield [says, Buffer.from(text, 'utf8')];
}

function* asForms(what: string, forms: Iterable<Text>): Generator<Form> {
  for (const [how, text] of forms)
    yield [`the app signed the ${what} ${how}: sign the bytes that are sent`, Buffer.from(text, 'utf8')];
}

function* requestMistakes(lines: readonly string[], body: Uint8Array | undefined): Generator<Text> {
  const [label = '', audience = '', method = '', target = '', digest = '', challenge = ''] = lines;
  const line = (at: number, text: string): string => lines.with(at, text).join('\n');

  const query = target.indexOf('?');
  if (query >= 0)
    yield [
      'the app signed the target without its query: sign path and query as they are sent',
      line(3, target.slice(0, query)),
    ];
  for (const origin of originsOf(audience))
    yield [
      'the app signed an absolute URL as the target: sign path and query alone',
      line(3, origin + target),
    ];
  yield ['the app signed the target decoded: sign it as it is sent', line(3, decoded(target))];
  yield* audienceMistakes(audience, (text) => line(1, text));
  yield [
    'the app signed the method in small letters: sign it as it is sent, in capitals',
    line(2, method.toLowerCase()),
  ];
  if (challenge !== '')
    yield ['the app signed no challenge, but sent one: sign it in the last line', line(5, '')];

  const bytes = Buffer.from(digest, 'base64url');
  const standard = bytes.toString('base64');
  const form = 'write it in base64url without padding';
  yield [`the app signed the hexadecimal digest of the body: ${form}`, line(4, bytes.toString('hex'))];
  yield [`the app signed the digest of the body in standard base64: ${form}`, line(4, standard)];
  yield [
    `the app signed the digest of the body in standard base64: ${form}`,
    line(4, standard.replace(/=+$/, '')),
  ];
  yield [`the app signed the digest of the body with padding (=): ${form}`, line(4, `${digest}=`)];
  yield [
    'the app signed the digest of an empty body: sign the digest of the bytes that are sent',
    line(4, digestOf('')),
  ];
  yield ['the app signed no digest of the body: sign one, of an empty body too', line(4, '')];
  yield [
    'the app left the empty last line out: end with a line feed after the digest',
    [label, audience, method, target, digest].join('\n'),
  ];
  if (body === undefined) return;
  const received = Buffer.from(body).toString('utf8');
  yield ['the app signed the body itself: sign its digest', line(4, received)];
  for (const [how, text] of jsonForms(received))
    yield [
      `the app signed the digest of the body ${how}, and sent other bytes: sign the bytes that are sent`,
      line(4, digestOf(text)),
    ];
}

function* exchangeMistakes(lines: readonly string[]): Generator<Text> {
  const [, audience = '', , challenge = ''] = lines;
  yield* audienceMistakes(audience, (text) => lines.with(1, text).join('\n'));
  yield ['the app signed the challenge alone: sign all lines', challenge];
}

function* audienceMistakes(audience: string, line: (text: string) => string): Generator<Text> {
  const right = 'the audience of app and server has to be the same text';
  if (audience.endsWith('/'))
    yield [`the app signed the audience without the slash at its end: ${right}`, line(audience.slice(0, -1))];
  else yield [`the app signed the audience with a slash at its end: ${right}`, line(`${audience}/`)];
  const bare = audience.replace(/^[a-z]+:\/\//, '');
  if (bare !== audience) yield [`the app signed the audience without its scheme: ${right}`, line(bare)];
}

/** What may stand before the target in an absolute URL. */
function originsOf(audience: string): ReadonlySet<string> {
  if (!URL.canParse(audience)) return new Set();
  return new Set([new URL(audience).origin, audience.replace(/\/$/, '')]);
}

function decoded(target: string): string {
  try {
    return decodeURIComponent(target);
  } catch {
    return target;
  }
}

function digestOf(text: string): string {
  return hash('sha256', text, 'base64url');
}
