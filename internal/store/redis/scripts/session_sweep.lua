-- Removes what is over at ARGV[3] (Unix milliseconds) under one id. Returns when to look again, in Unix seconds, and whose session it is or was.
local session, tokens, tomb = KEYS[1], KEYS[2], KEYS[3]
local at = tonumber(ARGV[3])

local s, t = get(session), get(tokens)
if s and s[UNTIL] < math.floor(at / 1000) then
  redis.call('DEL', session, tokens)
  bury(tomb, 'expired', s)
  return {'ended', 0, s[ISSUER], s[SUBJECT], s[SID]}
end
local buried = again and not s and tombstone(tomb)
if buried and buried[2] == 'expired' and now - buried[1] < 5000 then return {'ended', 0, buried[3], buried[4], buried[5]} end
if t and t[TOKENS_UNTIL] < at then
  redis.call('DEL', tokens)
  t = nil
end
if s then return {'kept', s[UNTIL], s[ISSUER], s[SUBJECT], s[SID]} end
if t then return {'tokens', math.floor(t[TOKENS_UNTIL] / 1000)} end
return {'none'}
