import { createHash } from 'node:crypto';

/** A script, and the digest by which a server that knows it runs it. */
export interface RedisScript {
  readonly source: string;
  /** Hexadecimal. */
  readonly sha1: string;
}

function script(source: string): RedisScript {
  return Object.freeze({ source, sha1: createHash('sha1').update(source).digest('hex') });
}

/*
 * One key for each script: Redis runs a script alone, so that it is atomic, and a cluster knows from the key which node
 * it belongs on. The times to live are Redis' own. An absent argument is the empty text.
 *
 * A replica answers nothing, for what it knows may be old. Clients send only commands that they know to be reads there,
 * and each script begins with a command that counts as a write: on a replica it ends with READONLY. GETEX without an
 * option is one, and changes nothing.
 *
 * Every value begins with the version of its format, 1. Another one is answered with -1: it is neither there nor absent.
 */

/** Of the version of a record, in characters. */
export const VERSION_LENGTH = 16;

/** A record: the format, its version, its value. */
const VERSION = `
local held = redis.call('getex', KEYS[1])
if held and (string.sub(held, 1, 1) ~= '1' or #held < ${VERSION_LENGTH + 1}) then return -1 end
local version = held and string.sub(held, 2, ${VERSION_LENGTH + 1}) or ''`;

/** ARGV: the new record, expected version, time to live. SET is the only one to change anything: it may lack memory. */
export const PUT = script(`${VERSION}
if version ~= ARGV[2] then return 0 end
if ARGV[3] == '' then redis.call('set', KEYS[1], ARGV[1])
else redis.call('set', KEYS[1], ARGV[1], 'PX', ARGV[3]) end
return 1`);

/** ARGV: expected version, never empty. */
export const DELETE = script(`${VERSION}
if version ~= ARGV[1] then return 0 end
return redis.call('del', KEYS[1])`);

/** Whether a key has a time to live. */
export const HAS_AN_END = script(`
redis.call('getex', KEYS[1])
if redis.call('pttl', KEYS[1]) > 0 then return 1 end
return 0`);

/**
 * ARGV: value, window, time to live. As `useValue` in counter-window.ts, with the bitmap in two halves: numbers in Lua are
 * exact up to 53 bits. A counter is the format, then the highest value and the two halves, each in 8 hexadecimal digits.
 */
export const ADVANCE = script(`
local value, window = tonumber(ARGV[1]), tonumber(ARGV[2])
local highest, high, low = 0, 0, 0
local held = redis.call('getex', KEYS[1])
if held then
  if not string.find(held, '^1%x+$') or #held ~= 25 then return -1 end
  highest = tonumber(string.sub(held, 2, 9), 16)
  high = tonumber(string.sub(held, 10, 17), 16)
  low = tonumber(string.sub(held, 18, 25), 16)
end
local used
if value > highest then
  local rise = value - highest
  if not held or window == 0 then
    high, low, used = 4294967295, 4294967295, true
  else
    if rise > 64 then high, low = 0, 0 else
      local by = rise
      if by >= 32 then high, low, by = low, 0, by - 32 end
      if by >= 32 then high, low, by = low, 0, by - 32 end
      local kept, factor = 2 ^ (32 - by), 2 ^ by
      high = (high % kept) * factor + math.floor(low / kept)
      low = (low % kept) * factor
      if rise > 32 then high = high + 2 ^ (rise - 33) else low = low + 2 ^ (rise - 1) end
    end
    used = true
  end
  highest = value
elseif value > 0 then
  local below = highest - value
  if below > 0 and below <= window then
    local half, bit = low, 2 ^ (below - 1)
    if below > 32 then half, bit = high, 2 ^ (below - 33) end
    if math.floor(half / bit) % 2 == 0 then
      if below > 32 then high = high + bit else low = low + bit end
      used = true
    end
  end
end
if not used then
  if held and ARGV[3] ~= '' then redis.call('pexpire', KEYS[1], ARGV[3]) end
  return 0
end
local counter = string.format('1%08x%08x%08x', highest, high, low)
if ARGV[3] == '' then redis.call('set', KEYS[1], counter)
else redis.call('set', KEYS[1], counter, 'PX', ARGV[3]) end
return 1`);
