-- Returns a session, or what became of it.
local s = get(KEYS[1])
if s then return {'ok', s} end
local t = tombstone(KEYS[3])
if t then return {'ended', t[2]} end
return {'none'}
