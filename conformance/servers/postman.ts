import { readFileSync } from 'node:fs';
import { runInNewContext } from 'node:vm';
import type { WireRequest } from '../wire/message.js';

/** A request of a collection, format 2.1, as far as the examples use it. */
export interface CollectionItem {
  readonly name: string;
  readonly event: readonly { readonly listen: string; readonly script: { readonly exec: string } }[];
  readonly request: {
    readonly method: string;
    readonly url: string;
    readonly header: readonly { readonly key: string; readonly value: string }[];
    readonly body?: { readonly raw: string };
  };
}

/** The requests of the examples' collection. */
export function collectionItems(): readonly CollectionItem[] {
  const file = new URL('../../examples/requests/attestkit.postman_collection.json', import.meta.url);
  const { item } = JSON.parse(readFileSync(file, 'utf8')) as { item: { item: CollectionItem[] }[] };
  return item.flatMap((folder) => folder.item);
}

/** The request as Postman sends it, after its script: by the little of Postman's objects that the scripts use. */
export async function asPostmanSends(item: CollectionItem, baseUrl: string): Promise<WireRequest> {
  const { method, url, header, body } = item.request;
  const headers = header.map(({ key, value }) => ({ key, value }));
  const resolved = (text: string) => text.replaceAll('{{baseUrl}}', baseUrl);
  const pm = {
    variables: { replaceIn: resolved },
    request: {
      method,
      url: { toString: () => url },
      headers: {
        all: () => headers,
        upsert: (field: { key: string; value: string }) => {
          const at = headers.findIndex(({ key }) => key.toLowerCase() === field.key.toLowerCase());
          headers.splice(at < 0 ? headers.length : at, at < 0 ? 0 : 1, field);
        },
      },
      body: body && { mode: 'raw', raw: body.raw },
    },
  };
  const before = item.event.find(({ listen }) => listen === 'prerequest')?.script.exec;
  if (before !== undefined)
    await runInNewContext(`(async () => { ${before}\n})()`, { pm, crypto, TextEncoder, btoa });
  return {
    method,
    target: resolved(url).slice(baseUrl.length),
    headers: headers.map(({ key, value }) => [key, value] as const),
    ...(body && { body: Buffer.from(body.raw) }),
  };
}
