export { sentenceOf } from './explain-code.js';
export { hasKey, kindOf, saysTime } from './inspect-evidence.js';
export { titleOf } from './kind-table.js';
