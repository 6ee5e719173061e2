/** A server of this example, from the `meta` element that the page server wrote. */
export function addressOf(name: 'api' | 'stand-in'): string {
  const meta = document.querySelector<HTMLMetaElement>(`meta[name="${name}"]`);
  if (meta === null) throw new Error(`the page does not say where ${name} is`);
  return meta.content;
}
