import { hash } from 'node:crypto';
import type { AttestedRequest } from 'attestkit';
import type { Convention } from '../events.js';
import type { Target } from '../routes/target.js';

/** What a proxy asks: whether a request that it has got may go on. */
export interface Question {
  readonly convention: Convention;
  readonly method: string;
  /** Of the client's connection; undefined if the proxy does not tell it. */
  readonly scheme: 'http' | 'https' | undefined;
  /** The host with its port, as the client named it. */
  readonly authority: string;
  /** In lower case, without port and dot at the end. */
  readonly host: string;
  readonly target: Target;
  /** The header lines of the request, names and values in turn, without those by which the proxy tells of it. */
  readonly lines: readonly string[];
  /** The client's; undefined if the proxy does not tell it. */
  readonly address: string | undefined;
  /** Undefined if the proxy did not hand it over, or not all of it. */
  readonly body: AttestedRequest['body'];
  /** What the proxy calls its request, if it does so by itself. */
  readonly proxyRequestId: string | undefined;
}

/** Why a question is refused before it is judged: the log gets the sentence, the client a status. */
export interface Fault {
  readonly status: 400 | 403 | 404 | 405 | 413 | 414 | 431 | 503;
  /** Names the field, and nothing of its value. */
  readonly says: string;
}

export function isFault<T extends object>(read: T | Fault): read is Fault {
  return 'says' in read;
}

export function fault(status: Fault['status'], says: string): Fault {
  return { status, says };
}

/** The request that is asked about, as the guard sees it. It remembers what was read of it. */
export class AskedRequest implements AttestedRequest {
  readonly method: string;
  readonly target: string;
  readonly ip: string | undefined;
  readonly body: AttestedRequest['body'];
  readonly read = new Set<string>();
  /** Whether something was granted to it that an earlier question about it was granted before. */
  isRepeated = false;
  readonly #lines: readonly string[];

  constructor({ method, target, address, body, lines }: Question) {
    this.method = method;
    this.target = target.raw;
    this.ip = address;
    this.body = body;
    this.#lines = lines;
  }

  fields(name: string): readonly string[] {
    this.read.add(name);
    const found: string[] = [];
    for (let at = 0; at < this.#lines.length; at += 2) {
      const each = this.#lines[at] as string;
      if (each.length === name.length && each.toLowerCase() === name)
        found.push(this.#lines[at + 1] as string);
    }
    return found;
  }

  /** Of the values of fields. */
  digestOf(names: Iterable<string>): string {
    const values = [...names].toSorted().map((name) => [name, this.fields(name)]);
    return hash('sha256', JSON.stringify(values), 'base64url');
  }

  /** Undefined without a body. Rejects if it is too large, or breaks off. */
  async bodyDigest(): Promise<string | undefined> {
    return this.body && hash('sha256', await this.body(), 'base64url');
  }
}
