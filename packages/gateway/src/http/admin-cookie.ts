/** What the name of the cookie of the admin pages begins with; its port follows. */
export const ADMIN_COOKIE = 'attestkit_admin_';

/**
 * `Cookie` without those of the admin pages: a browser sends them to every port of a host, and an API must not get them.
 *
 * @returns an empty text if nothing is left
 */
export function withoutAdminCookies(value: string): string {
  if (!value.includes(ADMIN_COOKIE)) return value;
  return value
    .split(';')
    .filter((pair) => !pair.trim().startsWith(ADMIN_COOKIE))
    .join(';')
    .trim();
}
