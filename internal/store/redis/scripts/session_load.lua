-- Returns a session, without what is sealed when ARGV[3] is "list".
local s = get(KEYS[1])
if s then
  if ARGV[3] == 'list' then s[SEALED] = '' end
  return {'ok', s}
end
local t = tombstone(KEYS[3])
if t then return {'ended', t[2]} end
return {'none'}
