import type { BareItem, Item, Parameters } from './structured-fields.js';

/** Writes an item in its one form (RFC 9651 §4.1.3). */
export function writeItem({ item, parameters }: Item): string {
  return writeBareItem(item) + writeParameters(parameters);
}

/** Writes parameters in their one form (RFC 9651 §4.1.1.2). */
export function writeParameters(parameters: Parameters): string {
  let text = '';
  for (const [name, value] of parameters)
    text += isTrue(value) ? `;${name}` : `;${name}=${writeBareItem(value)}`;
  return text;
}

function isTrue({ type, value }: BareItem): boolean {
  return type === 'boolean' && value === true;
}

const ESCAPED = /["\\]/;

function writeBareItem(item: BareItem): string {
  switch (item.type) {
    case 'integer':
    case 'token':
      return String(item.value);
    case 'decimal':
      return item.value.toFixed(3).replace(/0{1,2}$/, '');
    case 'string':
      return `"${ESCAPED.test(item.value) ? item.value.replaceAll(/["\\]/g, String.raw`\$&`) : item.value}"`;
    case 'bytes':
      return `:${Buffer.from(item.value).toString('base64')}:`;
    case 'boolean':
      return item.value ? '?1' : '?0';
    case 'date':
      return `@${item.value}`;
    case 'display-string':
      return `%"${writeDisplayString(item.value)}"`;
  }
}

function writeDisplayString(text: string): string {
  return [...Buffer.from(text, 'utf8')]
    .map((octet) =>
      octet < 0x20 || octet > 0x7e || octet === 0x25 || octet === 0x22
        ? `%${octet.toString(16).padStart(2, '0')}`
        : String.fromCharCode(octet),
    )
    .join('');
}
