-- Notes activity, never backwards. Returns whose session it is.
local key, seen, tag, until_s = KEYS[1], tonumber(ARGV[3]), ARGV[4], tonumber(ARGV[5])
local s = get(key)
if not s then return {'none'} end
if seen > s[SEEN] then
  s[SEEN], s[TAG], s[UNTIL] = seen, tag, until_s
  replace(key, s, until_s * 1000)
end
return {'ok', s[ISSUER], s[SUBJECT], s[SID]}
