import {
  assertOneOf,
  assertOptions,
  isFieldName,
  withoutUndefined,
  type OptionTypes,
} from '../../kernel/config/options.js';
import { within } from '../../kernel/config/whole-number.js';
import { ConfigurationError } from '../../kernel/errors.js';
import { readTarget } from '../../kernel/http-signatures/components.js';
import { KnownComponents } from '../../kernel/http-signatures/signature-base.js';
import type { Enforcement } from '../../ports/decision.js';
import type { Store } from '../../ports/store.js';
import { accountKeys, installationKeys, type SigningKeys } from './signing-keys.js';

/** How the requests of an account's apps are signed, and how strictly a route asks for it. */
export interface MessageSigningOptions {
  /**
   * Scheme and host that the app calls, with the part of the path that a proxy takes away: `https://api.example.com`. The path and
   * query that arrive are put behind it. A header such as `X-Forwarded-Proto` is never looked at. Required.
   */
  readonly baseUrl?: string;
  /**
   * Which signature counts: `install`, by the key of the installation that the token names (claim `ipk`); or `account`, by
   * the account's key. The other one is not looked at. Default `install`.
   */
  readonly signature?: 'install' | 'account';
  /** The account's key for message signing, base64: `approov secret -messageSigningKey`. Required for `account`. */
  readonly accountKeyBase64?: string | undefined;
  /**
   * Whether the SDK signs with the account's key itself, or with a key that it derives for each token from `did` and `exp`.
   * Default `direct`.
   */
  readonly accountKey?: 'direct' | 'per-token';
  /**
   * Fields that must be covered if the request has them, beside the minimum: method, target, the field of the token, the digest
   * of a body, `Authorization` and the headers of the binding. Default none.
   */
  readonly components?: readonly string[];
  /** Seconds by which the phone's clock may differ from the server's, 0 to 600. Default 60: the SDK's signatures live for 15. */
  readonly leewaySeconds?: number;
  /** Seconds from `created` to `expires`, at most. Default 300. */
  readonly maxLifetimeSeconds?: number;
  /**
   * What the app's SDK writes otherwise than RFC 9421 and RFC 9530 have it. `authority-without-port`: `@authority` without a
   * port (Android, iOS). `query-without-mark`: `@query` without `?` (Android, iOS, Flutter). `text-digest`: `Content-Digest` as
   * text. Default none. A signature as text (Android 3.5) or in DER (React Native before 3.5.11) is always taken.
   */
  readonly quirks?: readonly ('authority-without-port' | 'query-without-mark' | 'text-digest')[];
  /**
   * `if-present` lets tokens without the key of an installation (claim `ipk`) pass, as Approov's failover gives them; each is
   * counted. For `install` alone. Default `required`.
   */
  readonly policy?: 'required' | 'if-present';
  /** `report` lets a failed signature pass without `signature` in the result. Default: the route's. */
  readonly enforcement?: Enforcement;
  /** Accepts each signature once; needs `store`. For `install` alone: an account's signature is the same for equal requests. Default false. */
  readonly replay?: boolean;
  /** Remembers signatures until they expire, for `replay`. Default none. */
  readonly store?: Store;
}

const QUIRKS: readonly string[] = [
  'authority-without-port',
  'query-without-mark',
  'text-digest',
] satisfies NonNullable<MessageSigningOptions['quirks']>[number][];

/** A route's `messageSigning`: `true` for the account's settings, or settings that come before them. */
export type MessageSigning = boolean | Omit<MessageSigningOptions, 'accountKeyBase64' | 'accountKey'>;

/** The settings, read and ready. */
export interface SigningDemand {
  readonly baseUrl: string;
  readonly rules: ReadyRules;
  readonly policy: 'required' | 'if-present';
  readonly enforcement: Enforcement | undefined;
  readonly store: Store | undefined;
}

const OPTIONS: OptionTypes = {
  baseUrl: 'string',
  signature: 'string',
  accountKeyBase64: 'string',
  accountKey: 'string',
  components: 'list',
  leewaySeconds: 'number',
  maxLifetimeSeconds: 'number',
  quirks: 'list',
  policy: 'string',
  enforcement: 'string',
  replay: 'boolean',
  store: 'object',
};

const PATH = 'messageSigning.';

/**
 * Reads the settings: the route's before the account's.
 *
 * @throws ConfigurationError naming the option
 */
export function signingDemand(
  asked: MessageSigning | undefined,
  account: MessageSigningOptions,
  allowPublished: boolean | undefined,
): SigningDemand | undefined {
  if (asked === undefined || asked === false) return undefined;
  assertOptions(account, OPTIONS, 'messageSigning', PATH);
  const own = asked === true ? {} : asked;
  assertOptions(own, OPTIONS, 'messageSigning', PATH);
  assertOfAccount(own);
  const settings: MessageSigningOptions = { ...account, ...withoutUndefined(own) };
  const { policy = 'required', enforcement, replay = false, store } = settings;
  assertOneOf(`${PATH}policy`, policy, ['required', 'if-present']);
  if (enforcement !== undefined) assertOneOf(`${PATH}enforcement`, enforcement, ['enforce', 'report']);
  const rules = readRules(settings, allowPublished);
  if (policy === 'if-present' && rules.label === 'account') {
    const remedy = 'Leave it out: every request of an account with a key is signed.';
    throw new ConfigurationError(`${PATH}policy`, 'is if-present, which goes by the claim ipk', remedy);
  }
  if (replay && rules.label === 'account') {
    const remedy = 'Leave it out, or ask for the signature of the installation.';
    throw new ConfigurationError(
      `${PATH}replay`,
      'is set, and two equal requests in one second have one account signature',
      remedy,
    );
  }
  if (replay && typeof store?.claim !== 'function') {
    const remedy = 'Give the store that your instances share.';
    throw new ConfigurationError(`${PATH}store`, 'is not a store, and replay needs one', remedy);
  }
  return {
    baseUrl: baseUrl(settings.baseUrl),
    rules,
    policy,
    enforcement,
    store: replay ? store : undefined,
  };
}

/** Keys have one place: there they are compared with the other secrets. */
function assertOfAccount(own: MessageSigningOptions): void {
  for (const name of ['accountKeyBase64', 'accountKey'] as const)
    if (own[name] !== undefined)
      throw new ConfigurationError(
        `${PATH}${name}`,
        'is given on a route',
        'Give it to approov({ messageSigning: { … } }).',
      );
}

function baseUrl(text: string | undefined): string {
  if (text !== undefined && isBase(text)) return text;
  const remedy =
    'Give scheme and host as the app calls them, in lower case and without a slash at the end: https://api.example.com.';
  throw new ConfigurationError(
    `${PATH}baseUrl`,
    text === undefined ? 'is not set' : 'is not a URL to begin with',
    remedy,
  );
}

/** Whether it is the one text of a URL of http, without a query and a slash at its end. */
function isBase(text: string): boolean {
  if (!/^https?:/.test(text) || !URL.canParse(text) || readTarget(text) === undefined) return false;
  const { origin, pathname } = new URL(text);
  return text === `${origin}${pathname === '/' ? '' : pathname}` && !text.endsWith('/');
}

/** What a signature has to be like, read and ready. */
export interface ReadyRules extends SigningKeys {
  readonly label: 'install' | 'account';
  /** Field names that must be covered, in lower case. */
  readonly fields: readonly string[];
  readonly leewaySeconds: number;
  readonly maxLifetimeSeconds: number;
  readonly quirks: ReadonlySet<string>;
  /** What its signatures cover. */
  readonly known: KnownComponents;
}

/** Ten years: for requests that were signed long ago, in tests. */
const LONGEST_SECONDS = 315_360_000;

function readRules(options: MessageSigningOptions, allowPublished: boolean | undefined): ReadyRules {
  const { signature = 'install', components = [], quirks = [] } = options;
  assertOneOf(`${PATH}signature`, signature, ['install', 'account']);
  for (const quirk of quirks) assertOneOf(`${PATH}quirks`, quirk, QUIRKS);
  if (!components.every(isFieldName)) {
    const remedy = 'Give names of header fields, such as x-idempotency-key.';
    throw new ConfigurationError(
      `${PATH}components`,
      'has a member that is not the name of a header field',
      remedy,
    );
  }
  return {
    label: signature,
    ...(signature === 'install' ? installationKeys() : accountKeys(options, allowPublished)),
    fields: components.map((name) => name.toLowerCase()),
    leewaySeconds: within(`${PATH}leewaySeconds`, options.leewaySeconds ?? 60, 0, 600),
    maxLifetimeSeconds: within(
      `${PATH}maxLifetimeSeconds`,
      options.maxLifetimeSeconds ?? 300,
      1,
      LONGEST_SECONDS,
    ),
    quirks: new Set(quirks),
    known: new KnownComponents(),
  };
}
