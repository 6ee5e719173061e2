import { assertOptions, isFieldName } from '../../kernel/config/options.js';
import { ConfigurationError } from '../../kernel/errors.js';
import type { AttestedRequest } from '../../ports/request.js';
import type { DecisionEvent } from '../../ports/events.js';
import { quietly } from '../quietly.js';

/** By what a request looks like one of your own app, although nothing proves it. */
export interface AppSign {
  /** The header field. Default `user-agent`. */
  readonly header?: string;
  /** What its value begins with, before the version: `Wallet/`. */
  readonly prefix: string;
}

/** The version behind the prefix: up to a space or a bracket, and short enough for a table. */
const VERSION = /^[0-9A-Za-z][0-9A-Za-z._+-]{0,31}(?=$|[ ();,/])/;

/**
 * Makes what reads the sign.
 *
 * @throws ConfigurationError
 */
export function signReader(sign: AppSign): (request: AttestedRequest) => DecisionEvent['claimed'] {
  assertOptions(sign, { header: 'string', prefix: 'string' }, 'a sign of the app', 'appSign.');
  const { header = 'user-agent', prefix } = sign;
  if (!isFieldName(header))
    throw new ConfigurationError(
      'appSign.header',
      'is not the name of a header field',
      'Give user-agent, for example.',
    );
  if (typeof prefix !== 'string' || prefix === '' || prefix.length > 100)
    throw new ConfigurationError(
      'appSign.prefix',
      'is not a text of 1 to 100 characters',
      'Give what the field begins with in requests from your app, before its version: Wallet/.',
    );
  const name = header.toLowerCase();
  return (request) => {
    let value: string | undefined;
    quietly(() => ([value] = request.fields(name)));
    if (typeof value !== 'string' || !value.startsWith(prefix)) return undefined;
    const [version] = VERSION.exec(value.slice(prefix.length)) ?? [];
    return { version };
  };
}
