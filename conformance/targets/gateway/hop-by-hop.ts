/** Of one connection (RFC 9110 §7.6.1), with the framing that each connection has for itself. */
const NAMES =
  /^(?:connection|keep-alive|proxy-connection|te|trailer|transfer-encoding|upgrade|content-length|expect)$/i;

export function isHopByHop(name: string): boolean {
  return NAMES.test(name);
}
