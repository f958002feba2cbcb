-- Stands in front of the scripts that only the holder of a claim may run: ARGV[3] is its attempt.
local key, attempt = KEYS[2], ARGV[3]
local t = get(key)
if not t then return {'gone'} end
local held = attempt ~= '' and t[ATTEMPT] == attempt and (t[STATE] == 'claimed' or t[STATE] == 'sent')
