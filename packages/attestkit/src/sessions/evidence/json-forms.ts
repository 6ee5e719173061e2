/** Deeper JSON is not written again. */
const MAX_DEPTH = 32;

/** Longer JSON is not written again. */
const MAX_LENGTH = 65_536;

/**
 * The ways in which libraries write the same JSON, which an app signs by mistake when it makes it twice: at most eleven.
 *
 * @param text JSON; of any other text only the line ends
 * @returns how it is written, and the text; never the same text
 */
export function* jsonForms(text: string): Generator<readonly [how: string, text: string]> {
  if (text.length > MAX_LENGTH) return;
  for (const [how, form] of allForms(text)) if (form !== text) yield [how, form];
}

function* allForms(text: string): Generator<readonly [how: string, text: string]> {
  yield ['without the line feed at its end', text.replace(/\r?\n$/, '')];
  yield ['with a line feed at its end', `${text}\n`];
  const value = parsed(text);
  if (value === undefined || depthOf(value) > MAX_DEPTH) return;
  const compact = JSON.stringify(value);
  yield ['written again without spaces', compact];
  yield ['with slashes escaped, as Swift and org.json write them', escaped(compact)];
  yield ['with its members sorted', JSON.stringify(sorted(value))];
  yield ['with its members sorted and slashes escaped', escaped(JSON.stringify(sorted(value)))];
  yield ['indented by two spaces', JSON.stringify(value, null, 2)];
  yield ['indented by four spaces', JSON.stringify(value, null, 4)];
  yield ['with a space behind each comma and colon', spaced(value)];
  yield ['with all but ASCII escaped', ascii(compact)];
  yield ['with all but ASCII escaped and a space behind each comma and colon', ascii(spaced(value))];
}

function parsed(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Stops one below the limit. */
function depthOf(value: unknown, depth = 0): number {
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return depth;
  return Math.max(depth, ...Object.values(value).map((each) => depthOf(each, depth + 1)));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const names = Object.keys(value).toSorted();
  return Object.fromEntries(names.map((name) => [name, sorted((value as Record<string, unknown>)[name])]));
}

function spaced(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(spaced).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(([name, each]) => `${JSON.stringify(name)}: ${spaced(each)}`);
  return `{${members.join(', ')}}`;
}

function ascii(json: string): string {
  return json.replaceAll(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function escaped(json: string): string {
  return json.replaceAll('/', String.raw`\/`);
}
