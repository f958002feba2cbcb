-- Adds tokens.
local key = KEYS[2]
local record = {1, 'fresh', tonumber(ARGV[3]), tonumber(ARGV[4]), '', '', '', 0, 0, 0, 0, '', tonumber(ARGV[5]), ARGV[6]}
local there = get(key)
if there then
  if again and there[VERSION] == 1 and there[TOKENS] == record[TOKENS] then return {'ok'} end
  return {'exists'}
end
add(key, record, record[TOKENS_UNTIL])
return {'ok'}
