-- Ends a session with its tokens. With a group in ARGV[4] (everyone, sid or subject; ARGV[5] its issuer, ARGV[6] its value) it does so only if the session is of it; an
-- id of a group without a session is one whose sign-in is just finishing, and the tombstone stops it.
local session, tokens, tomb = KEYS[1], KEYS[2], KEYS[3]
local reason, group, issuer, value = ARGV[3], ARGV[4], ARGV[5], ARGV[6]

local function of_group(s)
  if group == '' or group == 'everyone' then return true end
  local field = group == 'sid' and SID or SUBJECT
  return value ~= '' and s[ISSUER] == issuer and s[field] == value
end

local s = get(session)
if s and not of_group(s) then return {'other'} end
if s then
  redis.call('DEL', session, tokens)
  bury(tomb, reason, s)
  return {'ok', s[ISSUER], s[SUBJECT], s[SID]}
end
local t = tombstone(tomb)
if again and t and t[1] == now and t[2] == reason and t[3] then return {'ok', t[3], t[4], t[5]} end
if group == '' then
  redis.call('DEL', tokens)
elseif not t then
  bury(tomb, reason)
end
return {'none'}
