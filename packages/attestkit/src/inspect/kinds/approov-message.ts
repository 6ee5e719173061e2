import { inspectSigned } from '../../approov/internal.js';
import type { MessageSignature, MessageSigningOptions } from '../../approov/index.js';
import { isJsonObject, readJsonObject } from '../../kernel/bytes/json.js';
import { bytes, textAsBytes } from '../byte-members.js';
import { unusable } from '../evidence-error.js';
import { evidenceKind, isoDate, withResult, type EvidenceKind, type Findings } from '../evidence-kind.js';
import { numberOf, text, texts } from '../member-types.js';
import { onlyOne, required, type Member, type MemberTable } from '../members.js';

/** An evidence file with a request that Approov's SDK signed. Bytes are in base64 or base64url. */
export interface ApproovMessageEvidence {
  readonly kind: 'approov-message';
  /** As it arrived: `POST`. */
  readonly method: string;
  /** The whole URL as the app calls it: `https://api.example.com/transfers?x=1`. */
  readonly url: string;
  /** The header fields as they arrived, by their names: `signature`, `signature-input`, and what is covered. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  /** The body as text. Default: none. */
  readonly bodyText?: string;
  /** Instead of `bodyText`: its bytes. */
  readonly body?: string;
  /** Claim `ipk` of the token. Default: that of the token in the field `approov-token`, which is not verified here. */
  readonly installationKey?: string;
  /** The account's message signing key: then the signature with the label `account` is inspected. */
  readonly accountKeyBase64?: string;
  /** Fields that must be covered beside the minimum. */
  readonly components?: string | readonly string[];
  /** Default 60. */
  readonly leewaySeconds?: number;
  /** Default 300. */
  readonly maxLifetimeSeconds?: number;
  /** See `messageSigning.quirks`. */
  readonly quirks?: string | readonly string[];
  /** The field of the token. Default `approov-token`. */
  readonly tokenHeader?: string;
  /** The time as of which it is inspected, ISO 8601 with a zone. Null: now. */
  readonly at?: string | null;
}

/** What a signed request covers. */
export type InspectedMessage = Omit<MessageSignature, 'createdAt' | 'expiresAt'> & {
  /** ISO 8601. */
  readonly createdAt: string | undefined;
  /** ISO 8601. */
  readonly expiresAt: string | undefined;
};

const headers: Member<ReadonlyMap<string, readonly string[]>> = {
  is: 'an object of header fields, each a string or a list of strings',
  read(value) {
    if (!isJsonObject(value)) return undefined;
    const lines = new Map<string, readonly string[]>();
    for (const [name, given] of Object.entries(value)) {
      const read = texts.read(given);
      if (read === undefined || lines.has(name.toLowerCase())) return undefined;
      lines.set(name.toLowerCase(), typeof read === 'string' ? [read] : read);
    }
    return lines;
  },
};

const MEMBERS = {
  method: required(text, 'Give the method of the request: "POST".'),
  url: required(text, 'Give the whole URL as the app calls it.'),
  headers: required(headers, 'Give the header fields as they arrived.'),
  bodyText: textAsBytes,
  body: bytes,
  installationKey: text,
  accountKeyBase64: text,
  components: texts,
  leewaySeconds: numberOf(' of seconds'),
  maxLifetimeSeconds: numberOf(' of seconds'),
  quirks: texts,
  tokenHeader: text,
} as const satisfies MemberTable & Record<keyof Omit<ApproovMessageEvidence, 'kind' | 'at'>, unknown>;

const ONE_BODY = 'Give one of bodyText, the body as text, and body, the same in base64.';
const NO_KEY = 'Give the claim ipk of the token, or the token itself in headers: { "approov-token": … }.';

/** Every check of a message signature, and of the body's digest. */
export const APPROOV_MESSAGE: EvidenceKind<
  'approov-message',
  Findings<InspectedMessage, 'token' | 'earlier use'>
> = evidenceKind('approov-message', MEMBERS, (file, now) => {
  const { bodyText, body, headers: lines, tokenHeader = 'approov-token', installationKey } = file;
  onlyOne(['bodyText', 'body'], { bodyText, body }, ONE_BODY);
  const field = tokenHeader.toLowerCase();
  const named = installationKey ?? keyIn(lines.get(field)?.[0]);
  if (named === undefined && file.accountKeyBase64 === undefined)
    throw unusable('installationKey', 'is missing', NO_KEY);
  const settings: MessageSigningOptions = {
    ...(file.accountKeyBase64 !== undefined && {
      signature: 'account',
      accountKeyBase64: file.accountKeyBase64,
    }),
    components: listOf(file.components),
    quirks: listOf(file.quirks) as NonNullable<MessageSigningOptions['quirks']>,
    ...(file.leewaySeconds !== undefined && { leewaySeconds: file.leewaySeconds }),
    ...(file.maxLifetimeSeconds !== undefined && { maxLifetimeSeconds: file.maxLifetimeSeconds }),
  };
  const inspection = inspectSigned(
    {
      method: file.method,
      url: file.url,
      fields: (name) => lines.get(name) ?? [],
      body: bodyText ?? body ?? new Uint8Array(),
    },
    settings,
    { installationKey: named, tokenField: field },
    now,
  );
  const written = withResult(inspection, ({ createdAt, expiresAt, ...rest }) => ({
    ...rest,
    createdAt: isoDate(createdAt),
    expiresAt: isoDate(expiresAt),
  }));
  return { ...written, notChecked: ['token', 'earlier use'] };
});

function listOf(given: string | readonly string[] | undefined): readonly string[] {
  return [given ?? []].flat();
}

/** The claim `ipk` of a token, which is not verified here. */
function keyIn(token: string | undefined): string | undefined {
  const claims = readJsonObject(Buffer.from(token?.split('.')[1] ?? '', 'base64url'));
  const ipk = claims?.['ipk'];
  return typeof ipk === 'string' ? ipk : undefined;
}
