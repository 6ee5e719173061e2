import type { webcrypto } from 'node:crypto';

/** How a request is signed when it is sent, and in what the signed one differs from it. Signatures live for 15 seconds. */
export interface Signing {
  /** What is covered. Default: method, target and token, and `Authorization`, type and digest of a body if they are there. */
  readonly components?: readonly string[];
  /** Parts whose signed form differs from the sent one. */
  readonly signed?: { readonly method?: string; readonly path?: string; readonly body?: string };
  /** Seconds since it was signed. Default 0. */
  readonly age?: number;
}

/** A request that is sent, with the names of its fields in lower case. */
export interface SentRequest {
  readonly method: string;
  /** Scheme, host and port. */
  readonly base: string;
  readonly path: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
}

/**
 * The fields that sign a request as Approov's SDK does: `Content-Digest` if there is a body, `Signature-Input`, `Signature`.
 *
 * This file is the script that Postman runs, so that it uses nothing but what browsers have.
 *
 * @param key of the installation: a private key on P-256
 */
export async function signRequest(
  { method, base, path, fields, body }: SentRequest,
  signing: Signing,
  key: webcrypto.JsonWebKey,
): Promise<Record<string, string>> {
  const { components, signed = {}, age = 0 } = signing;
  const added: Record<string, string> = {};
  const signedBody = signed.body ?? body;
  if (signedBody !== undefined) {
    const digest = await crypto.subtle.digest('SHA-256', octets(signedBody));
    added['content-digest'] = `sha-256=:${base64(digest)}:`;
  }
  const values: Record<string, string | undefined> = {
    ...fields,
    ...added,
    '@method': signed.method ?? method,
    '@target-uri': base + (signed.path ?? path),
  };
  const usual = [
    '@method',
    '@target-uri',
    'approov-token',
    'authorization',
    'content-type',
    'content-digest',
  ];
  const covered = components ?? usual.filter((name) => values[name] !== undefined);
  const created = Math.floor(Date.now() / 1000) - age;
  const names = covered.map((name) => `"${name}"`).join(' ');
  const input = `(${names});alg="ecdsa-p256-sha256";created=${created};expires=${created + 15}`;
  const lines = covered.map((name) => `"${name}": ${values[name]}\n`);
  const curve = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const imported = await crypto.subtle.importKey('jwk', key, curve, false, ['sign']);
  const text = `${lines.join('')}"@signature-params": ${input}`;
  const signature = await crypto.subtle.sign(curve, imported, octets(text));
  return {
    ...added,
    'signature-input': `install=${input}`,
    signature: `install=:${base64(signature)}:`,
  };
}

function octets(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

function base64(bytes: ArrayBuffer): string {
  return btoa(String.fromCharCode(...new Uint8Array(bytes)));
}
