/** Decides, call by call, whether a fake fails, and with which code of its bridge. */
export type Fault = (call: string) => string | undefined;

/** Never fails. */
export const SOUND: Fault = () => undefined;

/**
 * Fails the next calls of these names, as often as given: `{ attestKeyAsync: ['SERVER_UNAVAILABLE', 'SERVER_UNAVAILABLE'] }`.
 *
 * @example
 * const bridge = fakeExpoAppAttest(phone, failing({ generateAssertionAsync: ['INVALID_KEY'] }));
 */
export function failing(codes: Readonly<Record<string, readonly string[]>>): Fault {
  const left = new Map(Object.entries(codes).map(([call, list]) => [call, [...list]]));
  return (call) => left.get(call)?.shift();
}

/** An error as the native side of an Expo module gives it. */
export function expoError(code: string): Error {
  return Object.assign(new Error(`the fake says ${code}`), { code: `ERR_APP_INTEGRITY_${code}` });
}

export function throwIf(code: string | undefined): void {
  if (code !== undefined) throw expoError(code);
}
