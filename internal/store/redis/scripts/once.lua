-- Is 'ok' for the first caller until ARGV[3] milliseconds are over. ARGV[4] tells one call from another.
local key, ttl, call = KEYS[1], tonumber(ARGV[3]), ARGV[4]
local o = get(key)
if o and now < o[1] then
  if again and o[2] == call then return {'ok'} end
  return {'taken'}
end
set(key, {now + ttl, call}, ttl + SLACK)
return {'ok'}
