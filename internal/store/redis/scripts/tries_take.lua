-- Counts one in each bucket of a kind if all have room. KEYS[1] has for each bucket when it is full; ARGV[3] is how many of them are kept; key, burst and milliseconds of each bucket follow. See limit.Bucket.
-- A call whose answer was lost counts twice: that costs somebody a try.
local all, most, wait, after = KEYS[1], tonumber(ARGV[3]), 0, {}
for i = 4, #ARGV, 3 do
  local burst, every = tonumber(ARGV[i + 1]), tonumber(ARGV[i + 2])
  local full = tonumber(redis.call('ZSCORE', all, ARGV[i]) or 0)
  if full < now or full - now > burst * every then full = now end
  wait = math.max(wait, full - now - (burst - 1) * every)
  after[#after + 1] = full + every
  after[#after + 1] = ARGV[i]
end
if wait > 0 then return {'wait', wait} end
redis.call('ZREMRANGEBYSCORE', all, '-inf', now)
redis.call('ZADD', all, unpack(after))
redis.call('ZREMRANGEBYRANK', all, 0, -most - 1)
local last = redis.call('ZRANGE', all, -1, -1, 'WITHSCORES')
redis.call('EXPIRE', all, math.ceil((tonumber(last[2]) - now + SLACK) / 1000))
return {'ok', 0}
