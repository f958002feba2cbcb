local t = get(KEYS[2])
if not t then return {'gone'} end
return {'ok', t}
