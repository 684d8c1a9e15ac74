-- $5 requests of a token bucket; the answer says how long to wait for them. Backfills ($6 > 0) wait until that much would be left.
insert into ops.api_budget as b (host, account, tokens, rate_per_second, burst)
values ($1, $2, $4::double precision - $5::double precision, $3, $4)
on conflict (host, account) do update set
  tokens = least(b.burst, b.tokens + excluded.rate_per_second * extract(epoch from clock_timestamp() - b.refreshed_at)) - $5::double precision,
  rate_per_second = excluded.rate_per_second, burst = excluded.burst, refreshed_at = clock_timestamp()
returning greatest(0, ceil(1000 * ($6::double precision - b.tokens) / b.rate_per_second))::double precision as wait_ms
