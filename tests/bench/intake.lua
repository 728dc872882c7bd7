-- wrk's script of the intake benchmark: sends each request of a file once, for so many
-- seconds, and prints what was measured as one line of JSON.
--
--   wrk -t1 -c N -d D -s intake.lua URL -- FILE SECONDS
--
-- FILE holds lines "LENGTH\n" each followed by that many bytes, a request as it goes over
-- the wire. D must leave time for the last answers: when the SECONDS are over a connection
-- sends an empty line instead, which nginx passes over while it waits for the request that
-- never comes. So no request is cut off between its commit and its answer, and the answers
-- can be held against the rows.

local ffi = require("ffi")
ffi.cdef("struct bench_time { long seconds, nanoseconds; }; int clock_gettime(int, struct bench_time *);")
local clock = ffi.new("struct bench_time")

local function now()
	ffi.C.clock_gettime(1, clock) -- CLOCK_MONOTONIC
	return tonumber(clock.seconds) + tonumber(clock.nanoseconds) / 1e9
end

local requests = {}
local started, limit
local asked = false
sent, short, elapsed = 0, 0, 0 -- global: read by done() in another Lua state

function init(args)
	local file = assert(io.open(args[1], "rb"))
	limit = tonumber(args[2])
	for line in function() return file:read("*l") end do
		requests[#requests + 1] = file:read(tonumber(line))
	end
	file:close()
end

function request()
	-- wrk asks for one before it connects, to count what a call returns, and throws it away.
	if not asked then
		asked = true
		return requests[1]
	end
	local time = now()
	started = started or time
	if time - started >= limit then
		return "\r\n"
	end
	if sent == #requests then
		short = 1 -- ran out of requests: the rate would be too low
		return "\r\n"
	end
	sent = sent + 1
	elapsed = time - started
	return requests[sent]
end

local threads = {}

function setup(thread)
	threads[#threads + 1] = thread
end

function done(summary, latency)
	local thread = threads[1]
	local errors = summary.errors
	io.write(string.format(
		'{"sent":%d,"short":%d,"seconds":%.6f,"answered":%d,"failed":%d,"p50_us":%d,"p99_us":%d}\n',
		thread:get("sent"), thread:get("short"), thread:get("elapsed"), summary.requests,
		errors.connect + errors.read + errors.write + errors.timeout + errors.status,
		latency:percentile(50), latency:percentile(99)))
end
