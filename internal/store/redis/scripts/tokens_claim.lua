-- Asks for the right to refresh; the table at token.Store is what it does, line by line.
local key, seen, attempt, owner, reason, lease, most = KEYS[2], tonumber(ARGV[3]), ARGV[4], ARGV[5], ARGV[6], tonumber(ARGV[7]), tonumber(ARGV[8])
local t = get(key)
if not t then return {'gone'} end

local function runs(till) return now < till and till - now <= LONGEST_WAIT end

local function judge()
  if t[VERSION] ~= seen then return 'newer' end
  if t[STATE] == 'dead' then return 'dead' end
  if (t[STATE] == 'claimed' or t[STATE] == 'sent') and runs(t[LEASE]) then
    if again and t[STATE] == 'claimed' and t[ATTEMPT] == attempt then return 'ok' end
    return 'busy'
  end
  if t[STATE] == 'sent' then
    t[STATE] = 'unknown'
    replace(key, t, t[TOKENS_UNTIL])
  end
  if runs(t[NOT_BEFORE]) then return 'wait' end
  if t[PRESENTED] >= most then return 'spent' end
  return 'ok'
end

local verdict = judge()
if verdict == 'ok' then
  t[STATE], t[ATTEMPT], t[OWNER], t[REASON], t[STARTED], t[LEASE] = 'claimed', attempt, owner, reason, now, now + lease
  replace(key, t, t[TOKENS_UNTIL])
end
return {verdict, t}
