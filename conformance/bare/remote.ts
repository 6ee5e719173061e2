/** A function of a bridge, which another process has, as on a phone. */
export function remote<T>(bridge: string, name: string): (...args: unknown[]) => Promise<T> {
  return async (...args) => {
    const response = await fetch(`${bridge}/${name}`, { method: 'POST', body: JSON.stringify(args) });
    return (await response.json()) as T;
  };
}
