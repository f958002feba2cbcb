-- Puts the id ARGV[3], which lasts until ARGV[6] (Unix seconds) as far as is known, into a group's index, unless the group was ended at or after ARGV[4]. An id that is there keeps the later time (ARGV[5] GT) or
-- the earlier one (LT).
local index, tomb, id, began, order, until_s = KEYS[1], KEYS[2], ARGV[3], tonumber(ARGV[4]), ARGV[5], tonumber(ARGV[6])
local t = tombstone(tomb)
if t and t[1] >= began then return {'ended', t[2]} end
local now_s = math.floor(now / 1000)
redis.call('ZADD', index, order, until_s, id)
redis.call('ZREMRANGEBYSCORE', index, '-inf', now_s - INDEX_GRACE)
redis.call('EXPIRE', index, math.max(redis.call('TTL', index), until_s - now_s + INDEX_GRACE, INDEX_GRACE))
return {'ok'}
