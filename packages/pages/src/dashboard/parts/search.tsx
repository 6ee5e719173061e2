import { useEffect, useState } from 'preact/hooks';

/** The query string of the page, and what changes it: a step in the history, which the back button takes back. */
export function useSearch(): readonly [search: string, go: (search: string) => void] {
  const [search, setSearch] = useState(location.search);
  useEffect(() => {
    const onPop = (): void => setSearch(location.search);
    addEventListener('popstate', onPop);
    return () => removeEventListener('popstate', onPop);
  }, []);
  return [
    search,
    (next) => {
      history.pushState(null, '', `${location.pathname}${next}`);
      setSearch(next);
    },
  ];
}

/** Whether a click is for this page, and not for a new tab. */
export function isPlain(event: MouseEvent): boolean {
  return event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
}
