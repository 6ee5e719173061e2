/** A request without a token to a server that excludes `/health` and everything below `/auth/`. */
interface ExclusionCase {
  readonly target: string;
  readonly status: 200 | 401 | 404;
  /** Where `URL` has resolved the path before the guard and the router see it. */
  readonly resolved?: 200 | 401 | 404;
}

/** What is excluded, and what only looks like it. 404: excluded, and there is no such route. */
export const exclusionCases: readonly ExclusionCase[] = [
  { target: '/health', status: 200 },
  { target: '/health?v2=/v2', status: 200 },
  { target: '/auth/login', status: 200 },
  { target: '/auth/login?next=/../v2', status: 200 },
  { target: '/auth/no-such-path', status: 404 },
  { target: '/', status: 401 },
  { target: '/v2', status: 401 },
  { target: '/auth', status: 401 },
  { target: '/auth/', status: 401 },
  { target: '/auth/#', status: 401 },
  { target: '/auth/#/x', status: 401 },
  { target: '/authorize', status: 401 },
  { target: '/health/', status: 401 },
  { target: '/health/below', status: 401 },
  { target: '/healthy', status: 401 },
  { target: '/HEALTH', status: 401 },
  { target: '/Auth/login', status: 401 },
  { target: '//health', status: 401 },
  { target: '//auth/login', status: 401 },
  { target: '/auth//login', status: 401 },
  { target: '/%68ealth', status: 401 },
  { target: '/health%00', status: 401 },
  { target: '/health%2f..%2fv2', status: 401 },
  { target: '/health/../v2', status: 401 },
  { target: '/auth/../v2', status: 401 },
  { target: '/auth/login/../../v2', status: 401 },
  { target: '/auth/..', status: 401 },
  { target: '/auth/.', status: 401 },
  { target: '/auth/./login', status: 401, resolved: 200 },
  { target: '/v2/../health', status: 401, resolved: 200 },
  { target: '/auth/%2e%2e/v2', status: 401 },
  { target: '/auth/.%2E/v2', status: 401 },
  { target: '/auth/..%2fv2', status: 401 },
  { target: '/auth/%252e%252e/v2', status: 401 },
  { target: '/auth/..;/v2', status: 401 },
  { target: '/auth/login;/../../v2', status: 401 },
  { target: '/health;v2', status: 401 },
  { target: '/auth\\login', status: 401, resolved: 200 },
  { target: '/auth/..\\v2', status: 401 },
  { target: '/auth/\\..\\v2', status: 401, resolved: 404 },
  { target: 'http://api.example.com/v2', status: 401 },
  { target: 'http://api.example.com/health', status: 401, resolved: 200 },
  { target: 'http://api.example.com/health/../v2', status: 401 },
];
