"""The budget's two scripts for Redis. Each runs whole or not at all, so all processes see one count.

A log is a sorted set of the calls that were let go (score: when, in ms); `<log>:people` holds those of them that
were for sends and people. Beside it stands a hash `<log>:state`:
`held` (barred until), `seen0`, `seen1` (when a send or a person last asked), `last` (last call for nobody),
`calls:<s>` (what a window of s seconds holds, as the other side says), `others:<s>` and `until:<s>` (others' calls),
`wider` and `widened`: ms that a second is longer since a 429 of Maton's, one less every 20 s,
`day` and `today`: days since 1970 (UTC) and the calls of that day, for whoever looks on.
"""

from __future__ import annotations

# KEYS: the key's log, then the operation's (not for Maton's own operations), then the teams that ask and their turns.
# ARGV: now in ms ("" for Redis' own clock), rank (0 send, 1 person, 2 nobody), team, number of windows; then for each:
# index of its log, seconds, length in ms, calls, share of the calls that may be used, share that nobody's work may
# take without spreading itself. Answers the wait in ms; 0: taken from every window.
TAKE = """
local QUIET, BELOW_SEND, BELOW_PERSON, ASKING, POLL, AHEAD = 15000, 0.9, 0.8, 250, 20, 1
local now = tonumber(ARGV[1])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end
local day = math.floor(now / 86400000)
local rank, team, logs = tonumber(ARGV[2]), ARGV[3], #KEYS - 2
local wait, lengths = {0, 0}, {0, 0}
local function number(log, field)
  return tonumber(redis.call('HGET', KEYS[log] .. ':state', field) or '')
end
local function later(log, ms)
  if ms > wait[log] then wait[log] = math.ceil(ms) end
end
local function room_in(log, seconds, length, whole)
  local sending = now - (number(log, 'seen0') or -QUIET) < QUIET
  if rank > 1 and (sending or now - (number(log, 'seen1') or -QUIET) < QUIET or seconds == 86400) then
    local theirs = redis.call('ZCOUNT', KEYS[log] .. ':people', '(' .. (now - length), '+inf')
    return math.floor(theirs + (whole - theirs) * BELOW_PERSON)
  end
  if rank == 1 and sending then return math.floor(whole * BELOW_SEND) end
  return whole
end
local function window(log, seconds, length, calls, share, free)
  local wider = number(log, 'wider')
  if wider and seconds == 1 then
    length = length + math.max(0, wider - math.floor((now - number(log, 'widened')) / 20000))
  end
  lengths[log] = math.max(lengths[log], length)
  calls = number(log, 'calls:' .. seconds) or calls
  local whole = math.max(1, math.floor(calls * share))
  local ends = number(log, 'until:' .. seconds) or 0
  if ends > now then whole = math.max(0, whole - number(log, 'others:' .. seconds)) end
  if whole == 0 then return later(log, ends - now) end
  local room = math.max(1, room_in(log, seconds, length, whole))
  local used = redis.call('ZCOUNT', KEYS[log], '(' .. (now - length), '+inf')
  if used == 0 then return end
  local size = redis.call('ZCARD', KEYS[log])
  local function leaves(index)
    return tonumber(redis.call('ZRANGE', KEYS[log], index, index, 'WITHSCORES')[2]) + length - now
  end
  if used >= room then
    local free_in = leaves(size - room)
    if ends > now then free_in = math.min(free_in, ends - now) end
    return later(log, free_in)
  end
  if rank > 1 and used >= room * free then
    local last = number(log, 'last') or 0
    later(log, last + leaves(size - used) / (room - used + 1) - now)
  end
end
for log = 1, logs do
  local state = KEYS[log] .. ':state'
  if rank < 2 then redis.call('HSET', state, 'seen' .. rank, now) end
  redis.call('PEXPIRE', state, 90000000)
  later(log, (number(log, 'held') or 0) - now)
end
for at = 5, 4 + 6 * tonumber(ARGV[4]), 6 do
  local given = {}
  for offset = 0, 5 do given[offset] = tonumber(ARGV[at + offset]) end
  window(given[0], given[1], given[2], given[3], given[4], given[5])
end
local asking, turns = KEYS[logs + 1], KEYS[logs + 2]
local turn, behind = nil, 0
if rank > 1 and wait[2] == 0 then
  redis.call('ZREMRANGEBYSCORE', asking, '-inf', now)
  local least = nil
  for _, other in ipairs(redis.call('ZRANGE', asking, 0, -1)) do
    local theirs = tonumber(redis.call('HGET', turns, other) or '0')
    if other ~= team and (not least or theirs < least) then least = theirs end
  end
  local served = tonumber(redis.call('HGET', turns, ':served') or '0')
  turn = math.max(tonumber(redis.call('HGET', turns, team) or '0'), served - AHEAD)
  if least and turn > least + AHEAD then behind = POLL end
end
local longest = math.max(wait[1], wait[2], behind)
if longest > 0 then
  if turn then redis.call('ZADD', asking, now + longest + ASKING, team) end
  return longest
end
for log = 1, logs do
  local state = KEYS[log] .. ':state'
  local call = string.format('%.0f', now) .. ':' .. redis.call('HINCRBY', state, 'n', 1)
  local function keep(set)
    redis.call('ZREMRANGEBYSCORE', set, '-inf', now - lengths[log])
    redis.call('ZADD', set, now, call)
    redis.call('PEXPIRE', set, lengths[log] + 60000)
  end
  keep(KEYS[log])
  if rank < 2 then keep(KEYS[log] .. ':people') end
  if rank > 1 then redis.call('HSET', state, 'last', now) end
  if number(log, 'day') ~= day then redis.call('HSET', state, 'day', day, 'today', 0) end
  redis.call('HINCRBY', state, 'today', 1)
end
if turn then
  redis.call('HSET', turns, team, turn + 1, ':served', turn)
  redis.call('PEXPIRE', turns, 60000)
  redis.call('ZREM', asking, team)
  redis.call('PEXPIRE', asking, 60000)
end
return 0
"""

# KEYS: a log. ARGV: now in ms or "", "hold", ms to wait, ms by which a second becomes longer.
# Or: now, "learn", age of the answer in ms, seconds of the tightest window, its calls, what is left, seconds to its end
# (0 seconds: nothing was said), then pairs of seconds and calls; calls of 0 take back what was learnt.
TELL = """
local now = tonumber(ARGV[1])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end
local state = KEYS[1] .. ':state'
local function set(field, value) redis.call('HSET', state, field, string.format('%.0f', value)) end
redis.call('PEXPIRE', state, 90000000)
if ARGV[2] == 'hold' then
  set('held', math.max(now + tonumber(ARGV[3]), tonumber(redis.call('HGET', state, 'held') or '0')))
  local more = tonumber(ARGV[4])
  if more > 0 then
    local wider = tonumber(redis.call('HGET', state, 'wider') or '0')
    wider = math.max(0, wider - math.floor((now - tonumber(redis.call('HGET', state, 'widened') or '0')) / 20000))
    set('wider', math.min(100, wider + more))
    set('widened', now)
  end
  return 0
end
local age, seconds, calls = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local left, ends = tonumber(ARGV[6]), tonumber(ARGV[7])
if seconds > 0 then
  -- The end is told in whole seconds, rounded up, and the answer is as old as that: count our calls from the earliest
  -- moment at which the window can have begun, so that none of ours is taken for another's.
  local began = now - age + (ends - 1 - seconds) * 1000 - 500
  local ours = redis.call('ZCOUNT', KEYS[1], began, '+inf')
  set('others:' .. seconds, math.max(0, calls - left - ours))
  set('until:' .. seconds, now + ends * 1000)
end
for at = 8, #ARGV, 2 do
  if ARGV[at + 1] == '0' then redis.call('HDEL', state, 'calls:' .. ARGV[at])
  else redis.call('HSET', state, 'calls:' .. ARGV[at], ARGV[at + 1]) end
end
return 0
"""
