-- Puts the id ARGV[3] into a group's index, unless the group was ended at or after ARGV[4]. The score ARGV[6], or the present time, only grows (GT) or only shrinks (LT).
local index, tomb = KEYS[1], KEYS[2]
local t = tombstone(tomb)
if t and t[1] >= tonumber(ARGV[4]) then return {'ended', t[2]} end
local seconds = math.floor(now / 1000)
redis.call('ZADD', index, ARGV[5], tonumber(ARGV[6]) or seconds, ARGV[3])
redis.call('ZREMRANGEBYSCORE', index, '-inf', seconds - INDEX_LIFE)
redis.call('EXPIRE', index, INDEX_LIFE)
return {'ok'}
