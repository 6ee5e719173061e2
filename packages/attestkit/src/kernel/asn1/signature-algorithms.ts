/** Signature algorithms of certificates: the hash, and the type of key (RFC 5758 §3.2, RFC 4055 §5). */
export const SIGNATURE_ALGORITHMS: Readonly<
  Record<string, { readonly hash: string; readonly key: 'ec' | 'rsa' } | undefined>
> = {
  '1.2.840.10045.4.3.2': { hash: 'sha256', key: 'ec' },
  '1.2.840.10045.4.3.3': { hash: 'sha384', key: 'ec' },
  '1.2.840.10045.4.3.4': { hash: 'sha512', key: 'ec' },
  '1.2.840.113549.1.1.11': { hash: 'sha256', key: 'rsa' },
  '1.2.840.113549.1.1.12': { hash: 'sha384', key: 'rsa' },
  '1.2.840.113549.1.1.13': { hash: 'sha512', key: 'rsa' },
};
