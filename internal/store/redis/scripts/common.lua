-- What all scripts share; it stands in front of each. ARGV[1] is the time in Unix milliseconds, empty where this server's clock counts. ARGV[2] is "1" when the call is
-- repeated because its answer was lost: then what it finds done by itself is done.
--
-- Records are arrays. A field is never moved or removed, new ones come at the end, and a script that changes a record keeps what it does not know, so that old and new
-- versions of the portal work side by side.

local now = tonumber(ARGV[1])
if not now then
  local t = redis.call('TIME')
  now = t[1] * 1000 + math.floor(t[2] / 1000)
end
local again = ARGV[2] == '1'

local GRACE = 3600 * 1000           -- how much longer than their time records stay; whoever reads one judges its time
local SLACK = 60 * 1000             -- the same for what goes by itself: another server's clock may take over
local TOMBSTONE_LIFE = 600 * 1000   -- session.TombstoneLife
local LONGEST_WAIT = 360 * 1000     -- token.LongestWait
local INDEX_GRACE = 30 * 86400      -- seconds; the sweep comes by when a time is over and enters a new one

-- Fields of a session; times in seconds.
local VERSION, ISSUER, SUBJECT, SID, CREATED, SEEN, UNTIL, TAG, SEALED, ABOUT = 1, 2, 3, 4, 5, 6, 7, 8, 9, 10

-- Fields of tokens after VERSION; times in milliseconds, 0 for none.
local STATE, ISSUED, EXPIRY, ATTEMPT, OWNER, REASON, STARTED, LEASE, PRESENTED, NOT_BEFORE, ERROR, TOKENS_UNTIL, TOKENS = 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14

local function get(key)
  local v = redis.call('GET', key)
  return v and cmsgpack.unpack(v)
end

local function set(key, record, ttl)
  redis.call('SET', key, cmsgpack.pack(record), 'PX', ttl)
end

local function add(key, record, until_ms)
  set(key, record, math.max(until_ms - now, 0) + GRACE)
end

-- replace writes a record that is there. A server without memory refuses commands that need some, but not after one that gave some back: who is signed in goes on.
local function replace(key, record, until_ms)
  redis.call('DEL', key)
  add(key, record, until_ms)
end

-- A tombstone is {time, reason} and, of a session, its issuer, subject and sid.
local function bury(key, reason, s)
  redis.call('DEL', key)
  set(key, {now, reason, s and s[ISSUER], s and s[SUBJECT], s and s[SID]}, TOMBSTONE_LIFE + SLACK)
end

local function tombstone(key)
  local t = get(key)
  if t and t[1] + TOMBSTONE_LIFE > now then return t end
end

-- hint tells those who wait for tokens to look at them. It may fail, for example where a user may not publish.
local function hint(key)
  redis.pcall('PUBLISH', 'portico:hints', key)
end
