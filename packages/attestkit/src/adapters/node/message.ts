import type { Readable } from 'node:stream';

/** What is read of a request: Node's own, of HTTP/1.1 or of the compatibility API of HTTP/2. */
export interface NodeMessage extends Readable {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  /** `url` as it was before mounted routers of Express or Connect shortened it. */
  readonly originalUrl?: string | undefined;
  /** Empty, or absent, in emulations of Node's server. */
  readonly rawHeaders?: readonly string[];
  readonly headers: {
    readonly 'content-length'?: string | undefined;
    readonly 'content-encoding'?: string | undefined;
  };
  /** Absent in mocks. */
  readonly socket?: { readonly remoteAddress?: string | undefined };
  /** Of HTTP/2 only. */
  readonly stream?: { readonly closed: boolean };
}
