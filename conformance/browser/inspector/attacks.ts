/** Set by anything that is executed. */
export const EXECUTED = 'attacked';

const RUN = `globalThis.${EXECUTED}=1`;

/** Texts that would do something, if a page took them for more than text. */
export const ATTACKS: readonly string[] = [
  `<img src=x onerror="${RUN}">`,
  `<script>${RUN}</script>`,
  `"><svg onload=${RUN}>`,
  `</style></textarea></title><script>${RUN}</script>`,
  `javascript:${RUN}//`,
  `<a href="javascript:${RUN}">click</a><iframe srcdoc="<script>parent.${RUN}</script>"></iframe>`,
  '<link rel=stylesheet href=//evil.example/x.css><base href=//evil.example/>',
  `\${${RUN}}{{constructor.constructor('${RUN}')()}}`,
];

/** Turns what stands behind it, ends lines, or cannot be seen. */
export const UNSEEN = 'a\u202egnp.exe\u2066\u2069\u200b\ufeff\u0000\u0007\u001b[31m\u2028\u0085z';

export const LONG = 'W'.repeat(700_000);

/** All of them in one text. */
export const ALL: string = `${UNSEEN} ${ATTACKS.join(' ')}`;

/** Members with names that objects have. Written as text: `__proto__` in an object literal is not a member. */
export const NAMES: string = ['__proto__', 'constructor', 'hasOwnProperty', 'toString', 'valueOf', 'length']
  .map((name) => `${JSON.stringify(name)}:${JSON.stringify(ALL)}`)
  .join(',');

/** A JSON text that is as deep as the count says. */
export const nested = (count: number): string => `${'['.repeat(count)}${']'.repeat(count)}`;
