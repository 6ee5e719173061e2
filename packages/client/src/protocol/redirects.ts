/** Whether an answer sends the client elsewhere. A browser shows one that was not followed as opaque, with the status 0. */
export function isRedirect({ status, type }: Response): boolean {
  return type === 'opaqueredirect' || (status >= 300 && status < 400 && status !== 304);
}
