import { createHash, createPublicKey, X509Certificate, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { connect, type PeerCertificate } from 'node:tls';
import { UsageError } from '../arguments.js';

/** A key that an app may pin. */
export interface Pinned {
  /** The argument. */
  readonly of: string;
  /** Base64 of SHA-256 of the SubjectPublicKeyInfo (RFC 7469 §2.4). */
  readonly pin: string;
  /** Of the server, and in the certificate. */
  readonly names: readonly string[];
  /** When its certificate ends: ISO 8601; undefined for a key alone. */
  readonly validTo: string | undefined;
}

const SERVER = /^(\[[0-9a-fA-F:.]+\]|[0-9A-Za-z.-]+):([0-9]{1,5})$/;

/** @throws UsageError (rejects with it) that says what cannot be read */
export async function pinned(argument: string): Promise<Pinned> {
  const [, host, port] = SERVER.exec(argument) ?? [];
  if (host === undefined) return ofFile(argument);
  const found = ofCertificate(argument, await certificateOf(host, Number(port)));
  return { ...found, names: [host, ...found.names] };
}

function ofFile(file: string): Pinned {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    throw new UsageError(`${file} is neither a server (HOST:PORT) nor a file that can be read (${code})`, {
      cause: error,
    });
  }
  const certificate = tried(() => new X509Certificate(bytes));
  if (certificate !== undefined) return ofCertificate(file, certificate);
  const der = { key: bytes, format: 'der' } as const;
  const key =
    // Of a private key, too, it makes the public one.
    tried(() => createPublicKey(bytes)) ??
    tried(() => createPublicKey({ ...der, type: 'spki' })) ??
    tried(() => createPublicKey({ ...der, type: 'pkcs8' } as never));
  if (key === undefined)
    throw new UsageError(
      `${file} has no certificate and no key that can be read; of a key with a password give the public half: openssl pkey -in ${file} -pubout`,
    );
  return { of: file, pin: pinOf(key), names: [], validTo: undefined };
}

function ofCertificate(of: string, certificate: X509Certificate): Pinned {
  const names = [...(certificate.subjectAltName ?? '').matchAll(/(?:^|, )DNS:([^,"]+)/g)];
  return {
    of,
    pin: pinOf(certificate.publicKey),
    names: names.map(([, name = '']) => name),
    validTo: new Date(certificate.validTo).toISOString(),
  };
}

function pinOf(key: KeyObject): string {
  const info = key.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(info).digest('base64');
}

const DEADLINE_MS = 10_000;

/** Of a server that proves its name: a certificate from anybody on the way is not pinned. */
function certificateOf(host: string, port: number): Promise<X509Certificate> {
  const name = host.replace(/^\[|\]$/g, '');
  return new Promise((resolve, reject) => {
    const socket = connect({ host: name, port, servername: /^[0-9.]+$|:/.test(name) ? '' : name });
    const fail = (error: Error): void => {
      socket.destroy();
      const { code = error.message } = error as NodeJS.ErrnoException;
      reject(
        new UsageError(
          `${host}:${port} does not show a valid certificate (${code}); give the file of its certificate instead`,
          { cause: error },
        ),
      );
    };
    socket.setTimeout(DEADLINE_MS, () => fail(new Error('no answer in 10 seconds')));
    socket.once('error', fail);
    socket.once('secureConnect', () => {
      const { raw } = socket.getPeerCertificate() as PeerCertificate;
      socket.off('error', fail).on('error', () => undefined);
      socket.destroy();
      resolve(new X509Certificate(raw));
    });
  });
}

function tried<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch {
    return undefined;
  }
}
