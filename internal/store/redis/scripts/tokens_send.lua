-- Marks that the token may have been presented from now on.
if not held or now >= t[LEASE] then return {'lost'} end
if t[STATE] == 'sent' then return {again and 'ok' or 'lost'} end
t[STATE], t[PRESENTED] = 'sent', t[PRESENTED] + 1
replace(key, t, t[TOKENS_UNTIL])
return {'ok'}
