-- Adds a session. Who ended the group in which its id stands already has left a tombstone under the id.
local session, tomb = KEYS[1], KEYS[3]
local record = {1, ARGV[3], ARGV[4], ARGV[5], tonumber(ARGV[6]), tonumber(ARGV[7]), tonumber(ARGV[8]), ARGV[9], ARGV[10], ARGV[11]}

local there = get(session)
if there then
  if again and there[VERSION] == 1 and there[SEALED] == record[SEALED] then return {'ok'} end
  return {'exists'}
end
local t = tombstone(tomb)
if t then return {'ended', t[2]} end
add(session, record, record[UNTIL] * 1000)
return {'ok'}
