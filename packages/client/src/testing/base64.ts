import { base64url } from '../bytes/base64.js';

/** Base64 with padding, as bridges give it. */
export function base64(bytes: Uint8Array): string {
  const text = base64url(bytes).replace(/-/g, '+').replace(/_/g, '/');
  return text + '='.repeat((4 - (text.length % 4)) % 4);
}
