import { createPrivateKey, type KeyObject } from 'node:crypto';
import { ConfigurationError } from '../../../kernel/errors.js';
import { isJsonObject, type JsonObject } from '../../../kernel/bytes/json.js';
import { readUnsignedJson } from '../../../kernel/bytes/unsigned-json.js';
import { endpoint } from '../../endpoint.js';

/** A service account's key, as the Google Cloud console makes it; further members are not read. */
export interface ServiceAccountKey {
  readonly client_email: string;
  /** PEM (PKCS#8), RSA. */
  readonly private_key: string;
  readonly private_key_id?: string | undefined;
  /** Default `https://oauth2.googleapis.com/token`. */
  readonly token_uri?: string | undefined;
}

/** The key, read and ready. */
export interface ServiceAccount {
  readonly email: string;
  readonly key: KeyObject;
  readonly keyId: string | undefined;
  /** As the file has it: the audience of the requests to it. */
  readonly audience: string;
  readonly tokenUrl: string;
}

const TOKEN_URI = 'https://oauth2.googleapis.com/token';

/**
 * Reads a file of credentials: its text, or the same parsed.
 *
 * @returns undefined if it is not a JSON object
 */
export function readCredentialFile(source: unknown): JsonObject | undefined {
  // Editors put a byte order mark before a text, which is not part of the JSON (RFC 8259 §8.1).
  const file =
    typeof source === 'string'
      ? readUnsignedJson(Buffer.from(source.replace(/^\ufeff/, ''), 'utf8'))
      : source;
  return isJsonObject(file) ? file : undefined;
}

/**
 * Reads a service account's key: the text of its JSON file, or the same parsed.
 *
 * @param variable the option that it is from, for the message
 * @throws ConfigurationError naming the option, or its member
 */
export function readServiceAccount(source: unknown, variable = 'serviceAccount'): ServiceAccount {
  const refused: Refused = (member, problem, options) => {
    const remedy =
      'Give the JSON file of a service account’s key, whole, as the Google Cloud console made it.';
    return new ConfigurationError(`${variable}${member}`, problem, remedy, options);
  };
  const file = readCredentialFile(source);
  if (file === undefined) throw refused('', 'is not the JSON of a key');
  const { client_email: email, private_key: pem, private_key_id: keyId, token_uri: uri = TOKEN_URI } = file;
  if (typeof email !== 'string' || !/^[^\s@]+@[^\s@]+$/.test(email))
    throw refused('.client_email', 'is not an address');
  if (keyId !== undefined && (typeof keyId !== 'string' || keyId === ''))
    throw refused('.private_key_id', 'is not a text');
  return {
    email,
    key: readKey(pem, refused),
    keyId,
    audience: uri as string,
    tokenUrl: endpoint(uri as string, `${variable}.token_uri`),
  };
}

type Refused = (member: string, problem: string, options?: { cause: unknown }) => ConfigurationError;

function readKey(pem: JsonObject[string], refused: Refused): KeyObject {
  let key: KeyObject;
  try {
    key = createPrivateKey(typeof pem === 'string' ? pem : '');
  } catch (cause) {
    throw refused('.private_key', 'is not a private key that can be read', { cause });
  }
  const { modulusLength = 0 } = key.asymmetricKeyDetails ?? {};
  if (key.asymmetricKeyType !== 'rsa' || modulusLength < 2048)
    throw refused('.private_key', 'is not an RSA key of at least 2048 bits');
  return key;
}
