const PATHS: Readonly<Record<string, readonly [color: string, path: string]>> = {
  circle: ['--two', 'M12 2a10 10 0 1 0 .001 0Z'],
  triangle: ['--one', 'M12 2 23 21H1Z'],
  square: ['--three', 'M3 3h18v18H3Z'],
  star: ['--four', 'm12 1 3.2 7.3 7.8.7-5.9 5.2 1.8 7.8L12 17.9 5.1 22l1.8-7.8L1 9l7.8-.7Z'],
};

const SVG = 'http://www.w3.org/2000/svg';

/** The drawing of a shape, with its name for those who do not see it. */
export function drawing(shape: string): SVGElement {
  const [color, d] = PATHS[shape] ?? ['--ink', 'M11 4h2v10h-2ZM11 17h2v2h-2Z'];
  const [svg, path] = [document.createElementNS(SVG, 'svg'), document.createElementNS(SVG, 'path')];
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', shape);
  path.setAttribute('d', d);
  path.setAttribute('fill', `var(${color})`);
  svg.append(path);
  return svg;
}
