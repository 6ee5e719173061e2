/** What servers make of a path: decoded, without dots, empty segments and parameters, in lower case; in any order. */
export function readings(target: string): readonly string[] {
  const found = new Set([target.replace(/[?#].*$/s, '')]);
  for (const path of found) {
    found.add(
      path.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    );
    found.add(path.replaceAll('\\', '/'));
    found.add(path.replace(/;[^/]*/g, ''));
    found.add(path.replace(/\/{2,}/g, '/'));
    found.add(withoutDots(path));
    found.add(path.toLowerCase());
  }
  return [...found];
}

function withoutDots(path: string): string {
  const kept: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '..') kept.pop();
    else if (segment !== '.') kept.push(segment);
  }
  return `/${kept.join('/')}`.replace(/^\/\//, '/');
}
