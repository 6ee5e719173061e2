export { hasKey, kindOf, saysTime, sentenceOf } from './inspect-evidence.js';
export { titleOf } from './kind-table.js';
