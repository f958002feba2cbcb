-- Returns the first ARGV[3] bytes of what is sealed under one id: of the session, of the tokens.
local n, heads = tonumber(ARGV[3]), {}
local s, t = get(KEYS[1]), get(KEYS[2])
if s then heads[#heads + 1] = string.sub(s[SEALED], 1, n) end
if t and t[TOKENS] ~= '' then heads[#heads + 1] = string.sub(t[TOKENS], 1, n) end
return {'ok', heads}
