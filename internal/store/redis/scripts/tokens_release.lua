-- Ends an attempt without tokens.
local state, not_presented, not_before, error = ARGV[4], ARGV[5] == '1', tonumber(ARGV[6]), ARGV[7]
if not held then
  if again and t[STATE] == state and t[NOT_BEFORE] == not_before and t[ERROR] == error then return {'ok'} end
  return {'lost'}
end
if not_presented and t[PRESENTED] > 0 then t[PRESENTED] = t[PRESENTED] - 1 end
if state == 'dead' then t[TOKENS] = '' end
if state ~= 'unknown' then t[ATTEMPT], t[OWNER], t[REASON], t[STARTED], t[LEASE] = '', '', '', 0, 0 end
t[STATE], t[NOT_BEFORE], t[ERROR] = state, not_before, error
replace(key, t, t[TOKENS_UNTIL])
hint(key)
return {'ok'}
