-- Prolongs the lease by ARGV[4] milliseconds from now.
if not held then return {'lost'} end
t[LEASE] = now + tonumber(ARGV[4])
replace(key, t, t[TOKENS_UNTIL])
return {'ok'}
