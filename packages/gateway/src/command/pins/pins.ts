import { isIP } from 'node:net';
import { positionalsOf, UsageError, type Arguments, type Options } from '../arguments.js';
import { printable } from '../../log/printable.js';
import type { Terminal } from '../terminal.js';
import { pinned, type Pinned } from './public-key.js';

export const PINS: Options = { domain: { type: 'string' }, json: { type: 'boolean' } };

const DOMAIN = /^(?:[0-9A-Za-z_](?:[0-9A-Za-z_-]*[0-9A-Za-z_])?\.)*[0-9A-Za-z](?:[0-9A-Za-z-]*[0-9A-Za-z])?$/;

/** `attestkit-gateway pins CERT|KEY|HOST:PORT…`: what an app needs to accept the API's keys alone. */
export async function pins(given: Arguments, { out }: Terminal): Promise<number> {
  const wanted = positionalsOf(given, 'a CERT, a KEY or a HOST:PORT', 1, 20);
  const found: Pinned[] = [];
  for (const argument of wanted) found.push(await pinned(argument));
  const domain = domainOf(given.text('domain'), found);
  if (given.flag('json')) {
    const all = found.map(({ of, pin, validTo = null }) => ({ of, pin, validTo }));
    out(`${printable(JSON.stringify({ domain, pins: all }, null, 2))}\n`);
  } else out(printable(textOf(domain, found)));
  return 0;
}

/** @throws UsageError */
function domainOf(given: string | undefined, found: readonly Pinned[]): string {
  const names = found.flatMap((each) => each.names).map((name) => name.replace(/^\*\./, ''));
  const domain = given ?? names.find((name) => isIP(name) === 0 && DOMAIN.test(name));
  if (domain === undefined) throw new UsageError('it needs --domain NAME: no certificate says a name');
  if (!DOMAIN.test(domain)) throw new UsageError(`--domain ${domain} is not the name of a domain`);
  return domain;
}

function textOf(domain: string, found: readonly Pinned[]): string {
  const different = [...new Set(found.map(({ pin }) => pin))];
  const list = (line: (pin: string) => string): string => different.map(line).join('\n');
  return `${found.map(({ of, pin, validTo }) => `${pin}  ${of}${validTo === undefined ? '' : `, until ${validTo}`}`).join('\n')}
${different.length > 1 ? '' : '\nThis is one key alone. Add a backup key: without it, apps cannot reach the API once this key is lost.\n'}
Android, res/xml/network_security_config.xml
  <network-security-config>
    <domain-config cleartextTrafficPermitted="false">
      <domain includeSubdomains="false">${domain}</domain>
      <pin-set>
${list((pin) => `        <pin digest="SHA-256">${pin}</pin>`)}
      </pin-set>
    </domain-config>
  </network-security-config>

iOS, Info.plist
  <key>NSAppTransportSecurity</key>
  <dict>
    <key>NSPinnedDomains</key>
    <dict>
      <key>${domain}</key>
      <dict>
        <key>NSPinnedLeafIdentities</key>
        <array>
${list((pin) => `          <dict><key>SPKI-SHA256-BASE64</key><string>${pin}</string></dict>`)}
        </array>
      </dict>
    </dict>
  </dict>
`;
}
