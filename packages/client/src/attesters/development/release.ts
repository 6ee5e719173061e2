/** What React Native, Node and bundlers define; each may be missing. */
declare const process: { readonly env: { readonly NODE_ENV?: string } };

/** Whether this is a build for users. */
export function isRelease(): boolean {
  return (globalThis as Readonly<Record<string, unknown>>)['__DEV__'] === false || isProduction();
}

function isProduction(): boolean {
  try {
    // Bundlers replace exactly this text, also for runtimes without `process`.
    return process.env.NODE_ENV === 'production';
  } catch {
    return false;
  }
}
