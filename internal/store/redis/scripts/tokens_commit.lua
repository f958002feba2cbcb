-- Writes new tokens if nobody has since version ARGV[3] was claimed.
local key, seen, issued, expiry, until_ms, sealed = KEYS[2], tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6]), ARGV[7]
local t = get(key)
if not t then return {'gone'} end
if t[VERSION] ~= seen then
  if again and t[VERSION] == seen + 1 and t[TOKENS] == sealed then return {'ok'} end
  return {'lost'}
end
t[VERSION], t[STATE], t[ISSUED], t[EXPIRY], t[TOKENS_UNTIL], t[TOKENS] = seen + 1, 'fresh', issued, expiry, until_ms, sealed
t[ATTEMPT], t[OWNER], t[REASON], t[STARTED], t[LEASE], t[PRESENTED], t[NOT_BEFORE], t[ERROR] = '', '', '', 0, 0, 0, 0, ''
replace(key, t, until_ms)
hint(key)
return {'ok'}
