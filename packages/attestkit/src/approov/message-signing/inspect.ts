import { readTarget } from '../../kernel/http-signatures/components.js';
import { inspecting } from '../../kernel/sinks.js';
import type { Inspection } from '../../ports/checks.js';
import { approovResult, type MessageSignature } from '../result.js';
import { signingDemand, type MessageSigningOptions } from './settings.js';
import { appraiseBody, appraiseSignature } from './verify.js';

/** A request to be inspected, whole. */
interface SignedRequest {
  readonly method: string;
  /** As the app calls it. */
  readonly url: string;
  /** `name` is in lower case. */
  fields(name: string): readonly string[];
  readonly body: Uint8Array;
}

/**
 * Runs every check of a message signature and of the body's digest, and reports each.
 *
 * @param token what a genuine token would say: its key, and the field that carries it
 * @param now milliseconds since the epoch
 * @throws ConfigurationError naming the setting that cannot be right
 */
export function inspectSigned(
  { method, url, fields, body }: SignedRequest,
  settings: MessageSigningOptions,
  token: { readonly installationKey: string | undefined; readonly tokenField: string },
  now: number,
): Inspection<MessageSignature> {
  // The URL is whole here: there is nothing to put it behind.
  const demand = signingDemand(true, { ...settings, baseUrl: 'https://unused.example' }, true);
  const rules = (demand as NonNullable<typeof demand>).rules;
  const claims = token.installationKey === undefined ? {} : { ipk: token.installationKey };
  const message = { method, target: readTarget(url), fields };
  return inspecting((checks, read) => {
    const result = approovResult(claims, false);
    const required = [token.tokenField, 'authorization', ...rules.fields].filter(
      (name) => fields(name).length > 0,
    );
    const { signature } = appraiseSignature(result, message, rules, required, now, checks);
    read(signature);
    appraiseBody(signature, message, body, rules, checks);
    return signature;
  });
}
