import { isJsonObject } from '../../kernel/bytes/json.js';
import { withAges } from './ages.js';
import { describeSubject, IDENTIFIERS, masked, namesOf } from './attested-names.js';
import { wrap } from './wrap.js';

/** What the lines above and below say already. */
const UNSAID = ['kind', 'payload'];

/** Characters of a value beyond which it is one for machines: a certificate, a receipt. */
const LONG = 200;

/** Members that are times, as text. */
const TIMES = ['issuedAt', 'createdAt', 'notBefore', 'expiresAt'];

/**
 * What evidence says, a line for each value.
 *
 * @param at as of when it was checked, ISO 8601: times have their age beside them
 */
export function facts(all: object, at?: string, path = ''): readonly string[] {
  return Object.entries(all).flatMap(([name, value]: [string, unknown]) => {
    if (value === undefined || UNSAID.includes(name)) return [];
    if (isJsonObject(value)) return facts(value, at, `${path}${name}.`);
    return listOf(name, value).flatMap(([index, each]) =>
      wrap(`${path}${name}${index}: ${shown(path, name, each, at)}`, 2),
    );
  });
}

/** The values of a list of texts, one by one if it is a long one; of any other value itself. */
function listOf(name: string, value: unknown): readonly (readonly [index: string, value: unknown])[] {
  if (!Array.isArray(value) || !value.every(isText)) return [['', value]];
  if (name !== 'subjects' && JSON.stringify(value).length <= LONG) return [['', value]];
  return value.map((each, index) => [`[${index}]`, each]);
}

function shown(path: string, name: string, value: unknown, at: string | undefined): string {
  if (IDENTIFIERS.includes(name) && isText(value)) return JSON.stringify(masked(value));
  if (name === 'subjects' && isText(value)) return JSON.stringify(describeSubject(value));
  const text = JSON.stringify(value);
  if (text.length > LONG) return `${text.length - 2} characters, shown by --json`;
  const aged = (time: string): string => (at === undefined ? time : withAges(time, at));
  if (TIMES.includes(name) && isText(value)) return aged(text).replace(/^("[^"]*?) (\(.*\))"$/, '$1" $2');
  const names = namesOf(path, name, value);
  return names === undefined ? text : `${text}  ${aged(names)}`;
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}
