import { visible } from '../../shell/visible.js';
import { enforcementOf } from './preview.js';

/** Names that YAML reads as themselves, without quotes. Within a line, a star is a star. */
const PLAIN = /^[A-Za-z/][A-Za-z0-9_/.*-]*$/;
/** The name of the rule for requests that no route matches, which stands by itself. */
const DEFAULT = 'default';
/** Words that YAML 1.1 or 1.2 reads as something else. */
const NOT_TEXT = /^(?:true|false|null|yes|no|on|off|y|n)$/i;

/**
 * The lines of a route to change, in the words of the configuration.
 *
 * @param share in percent
 *
 * @example linesOf('orders', 25) // 'routes:\n  - name: orders # and its path\n    enforcement: 25%'
 */
export function linesOf(route: string, share: number): string {
  const name = PLAIN.test(route) && !NOT_TEXT.test(route) ? route : quoted(route);
  const enforcement = `enforcement: ${enforcementOf(share)}`;
  if (route === DEFAULT) return `default:\n  ${enforcement}`;
  // A route without a name has its path as its name.
  const first = route.startsWith('/') ? `path: ${name}` : `name: ${name} # and its path`;
  return `routes:\n  - ${first}\n    ${enforcement}`;
}

/** As a string of JSON, which YAML reads too, with the escapes of YAML for characters that cannot be seen. */
function quoted(text: string): string {
  return visible(JSON.stringify(text))
    .map((run) => ('text' in run ? run.text : `\\U${run.escape.slice(3, -1).padStart(8, '0')}`))
    .join('');
}

/** What tells requests of the app apart from others. */
export const SIGN_LINES = `appSign: { header: user-agent, prefix: 'Wallet/', since: '3.1' }`;

/**
 * What the configuration lacks for all classes to be told apart, and why; undefined if nothing.
 *
 * @example signAdvice({ hasSign: true, hasSince: true }) // undefined
 */
export function signAdvice({
  hasSign,
  hasSince,
}: {
  readonly hasSign: boolean;
  readonly hasSince: boolean;
}): string | undefined {
  if (!hasSign)
    return 'The gateway does not know what requests of your app look like, so it cannot tell your app from other clients when a request brings no evidence. Name the header that your app sends, what its value begins with, and the first version that sends evidence.';
  if (!hasSince)
    return 'The gateway does not know the first version of your app that sends evidence, so it cannot tell an old version from a new one that fails. Add it as since.';
  return undefined;
}
