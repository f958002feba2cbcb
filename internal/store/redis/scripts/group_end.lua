-- Ends a group: sign-ins that began before cannot enter it any more. Returns the time and the ids that had entered.
bury(KEYS[2], ARGV[3])
return {'ok', now, redis.call('ZRANGE', KEYS[1], 0, -1)}
