-- Replaces what a request may change, by compare-and-swap. A new sid must be in its index first: the caller is told to see to that, and says so in ARGV[8].
local key, version, sid, until_s, sealed, about, indexed = KEYS[1], tonumber(ARGV[3]), ARGV[4], tonumber(ARGV[5]), ARGV[6], ARGV[7], ARGV[8]
local s = get(key)
if not s then return {'none'} end
if s[VERSION] ~= version - 1 then
  if again and s[VERSION] == version and s[SEALED] == sealed then return {'ok'} end
  return {'conflict'}
end
if s[SID] ~= sid and sid ~= '' and indexed ~= '1' then return {'index'} end
s[VERSION], s[SID], s[UNTIL], s[SEALED], s[ABOUT] = version, sid, math.max(s[UNTIL], until_s), sealed, about
replace(key, s, s[UNTIL] * 1000)
return {'ok'}
