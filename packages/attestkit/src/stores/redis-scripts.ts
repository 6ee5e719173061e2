/*
 * One script for each operation, with one key: Redis runs a script alone, so that it is atomic, and a cluster knows
 * from the key which node it belongs on. The times to live are Redis' own. An absent argument is the empty text.
 *
 * A replica answers nothing, for what it knows may be old. Clients send only commands that they know to be reads there,
 * and each script begins with a command that counts as a write: on a replica it ends with READONLY.
 */

/** ARGV: time to live. SET NX tells the first from all others. */
export const CLAIM = `
if redis.call('set', KEYS[1], '1', 'NX', 'PX', ARGV[1]) then return 1 end
return 0`;

/** ARGV: value, time to live. GETEX without an option changes nothing. Numbers of 32 bits are exact in Lua. */
export const ADVANCE = `
if tonumber(ARGV[1]) <= tonumber(redis.call('getex', KEYS[1]) or '0') then return 0 end
if ARGV[2] == '' then redis.call('set', KEYS[1], ARGV[1])
else redis.call('set', KEYS[1], ARGV[1], 'PX', ARGV[2]) end
return 1`;

/** HDEL of a field that there is not changes nothing. */
export const GET = `
redis.call('hdel', KEYS[1], '')
return redis.call('hmget', KEYS[1], 'value', 'version')`;

/**
 * ARGV: value, new version, expected version, time to live. HSET is the first to change anything: it
 * alone can fail for want of memory, and then nothing has been written.
 */
export const PUT = `
redis.call('hdel', KEYS[1], '')
if (redis.call('hget', KEYS[1], 'version') or '') ~= ARGV[3] then return 0 end
redis.call('hset', KEYS[1], 'value', ARGV[1], 'version', ARGV[2])
if ARGV[4] == '' then redis.call('persist', KEYS[1]) else redis.call('pexpire', KEYS[1], ARGV[4]) end
return 1`;

/** ARGV: expected version. */
export const DELETE = `
redis.call('hdel', KEYS[1], '')
if (redis.call('hget', KEYS[1], 'version') or '') ~= ARGV[1] then return 0 end
return redis.call('del', KEYS[1])`;
