import { hostAndPort } from './plan/addresses.js';
import { comment } from './comment.js';
import { IDENTITY, RESULT_TOKEN } from './plan/fields.js';
import type { Plan } from './plan/plan.js';

/** The action of HAProxy that asks the gateway. */
export function haproxyLua({ authorization, file }: Plan): string {
  const url = 'path' in authorization ? 'http://attestkit' : `http://${hostAndPort(authorization)}`;
  const fields = [...IDENTITY, RESULT_TOKEN].map((field) => `"${field.toLowerCase()}"`).join(', ');
  return `-- Made of ${comment(file)} by: attestkit-gateway print-config haproxy-lua
-- An action for http-request: it asks the gateway whether a request may go on. The gateway's refusals are answered as they are. Without an
-- answer, and after an error of its own, nothing is accepted.

local question = { url = "${url}/authz/forward-auth", timeout = 2000${'path' in authorization ? `, dst = "unix@${authorization.path}"` : ''} }
local outcomes = { accepted = true, reported = true, open = true }
local identity = { ${fields} }

-- Of the connection that the request came on.
local not_asked = { "connection", "content-length", "expect", "http2-settings", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade" }
local not_answered = { connection = true, ["content-length"] = true, ["keep-alive"] = true, ["transfer-encoding"] = true }

-- Of a question. HAProxy 2.6 ends with a segmentation fault if its own client is to send more than 101.
local most_lines = 90

local function ask(txn)
  local fields = txn.http:req_get_headers()
  for _, name in ipairs(not_asked) do fields[name] = nil end
  local lines = 0
  for _, values in pairs(fields) do lines = lines + 1 + #values end
  if lines > most_lines then return { status = 431, headers = { ["content-type"] = { [0] = "application/json" } }, body = "{}" } end
  fields["x-forwarded-method"] = { [0] = txn.f:method() }
  fields["x-forwarded-uri"] = { [0] = txn.f:pathq() }
  local request = { headers = fields }
  for name, value in pairs(question) do request[name] = value end
  local answer = core.httpclient():get(request)
  if answer == nil or type(answer.status) ~= "number" then error("no answer") end
  return answer
end

core.register_action("attestkit", { "http-req" }, function(txn)
  local asked, answer = pcall(ask, txn)
  -- What the gateway says on each accept: without it another server has answered.
  local outcome = asked and answer.headers["x-attest-outcome"]
  if asked and answer.status == 200 and outcome and outcome[1] == nil and outcomes[outcome[0]] then
    for _, name in ipairs(identity) do
      local values = answer.headers[name]
      if values ~= nil and values[1] == nil then txn:set_var("txn." .. name:gsub("%-", "_"), values[0]) end
    end
    txn:set_var("txn.attestkit_accepted", true)
    return
  end
  local reply = txn:reply()
  if asked and answer.status >= 400 and answer.status <= 599 then
    reply:set_status(answer.status)
    for name, values in pairs(answer.headers) do
      if not not_answered[name] then
        for at = 0, #values do reply:add_header(name, values[at]) end
      end
    end
    reply:set_body(answer.body or "")
  else
    reply:set_status(503)
    reply:add_header("content-type", "application/json")
    reply:add_header("cache-control", "no-store")
    reply:add_header("retry-after", "5")
    reply:set_body("{}")
  end
  txn:done(reply)
end)
`;
}
