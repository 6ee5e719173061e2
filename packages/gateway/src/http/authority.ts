const AUTHORITY = /^(?:([a-z0-9_](?:[a-z0-9._-]*[a-z0-9_])?)\.?|(\[[0-9a-f:.]+\]))(?::([0-9]{1,5}))?$/i;

/**
 * The host of `Host`, as routes compare it: in lower case, without the port and a dot at the end. Undefined if it is anything else than a
 * name or an address with a port.
 */
export function hostOf(authority: string): string | undefined {
  const [, name, address] = AUTHORITY.exec(authority) ?? [];
  return (name ?? address)?.toLowerCase();
}
