-- Business time for the many waits and promises that lie within a week and between two settings of the clock: those are answered from the
-- openings they touch alone. Same results as before; whatever else is asked goes the long way.

create or replace function kpi.business_seconds(from_instant timestamptz, until_instant timestamptz, opening integer[], zone text) returns bigint
  language plpgsql immutable parallel safe
  set search_path = pg_catalog
as $$
declare
  local_from timestamp;
  local_until timestamp;
  monday timestamp;
  from_second integer;
  until_second integer;
  from_edge integer;
  until_edge integer;
  at timestamptz := from_instant;
  upto timestamptz;
  shift interval;
  total bigint := 0;
begin
  if opening is null or from_instant is null or until_instant is null then
    return null;
  end if;
  if until_instant <= from_instant then
    return 0;
  end if;
  local_from := from_instant at time zone zone;
  local_until := until_instant at time zone zone;
  monday := date_trunc('week', local_from);
  -- The clock shows as much as has passed: nobody has set it.
  if local_until < monday + interval '7 days' and local_until - local_from = until_instant - from_instant then
    from_second := floor(date_part('epoch', local_from - monday));
    until_second := floor(date_part('epoch', local_until - monday));
    -- How many openings and closings of the week were before: open after an odd number of them.
    from_edge := width_bucket(from_second, opening);
    until_edge := width_bucket(until_second, opening);
    if from_edge = until_edge then
      return case when from_edge % 2 = 1 then until_second - from_second else 0 end;
    end if;
    if from_edge % 2 = 1 then
      total := opening[from_edge + 1] - from_second;
    end if;
    if until_edge % 2 = 1 then
      total := total + until_second - opening[until_edge];
    end if;
    for i in (from_edge + 1) / 2 + 1 .. until_edge / 2 loop
      total := total + opening[2 * i] - opening[2 * i - 1];
    end loop;
    return total;
  end if;
  while at < until_instant loop
    upto := least(until_instant, at + interval '480 hours');
    upto := coalesce(kpi.clock_change(at, upto, zone), upto);
    -- The clock as it runs up to this moment, before it is set.
    shift := (at at time zone zone) - (at at time zone 'UTC');
    total := total + kpi.opening_seconds((upto at time zone 'UTC') + shift, opening) - kpi.opening_seconds(at at time zone zone, opening);
    at := upto;
  end loop;
  return total;
end $$;

create or replace function kpi.business_due(from_instant timestamptz, seconds integer, opening integer[], zone text) returns timestamptz
  language plpgsql immutable parallel safe
  set search_path = pg_catalog
as $$
declare
  local_from timestamp;
  monday timestamp;
  local_due timestamp;
  from_second integer;
  edge integer;
  at timestamptz := from_instant;
  remaining bigint := seconds;
  per_week bigint := 0;
  shift interval;
  start bigint;
  target bigint;
  rest bigint;
  due timestamptz;
  upto timestamptz;
  change timestamptz;
begin
  if opening is null or from_instant is null then
    return from_instant + seconds * interval '1 second';
  end if;
  local_from := from_instant at time zone zone;
  monday := date_trunc('week', local_from);
  from_second := floor(date_part('epoch', local_from - monday));
  edge := width_bucket(from_second, opening);
  rest := remaining;
  -- What is left of the opening it begins in, then the next ones, this week's and the week's after.
  if edge % 2 = 1 then
    if rest <= opening[edge + 1] - from_second then
      local_due := monday + (from_second + rest) * interval '1 second';
    end if;
    rest := rest - (opening[edge + 1] - from_second);
    edge := edge + 1;
  end if;
  for week in 0 .. 1 loop
    exit when local_due is not null;
    for i in edge / 2 + 1 .. cardinality(opening) / 2 loop
      if rest <= opening[2 * i] - opening[2 * i - 1] then
        local_due := monday + (opening[2 * i - 1] + rest + 604800 * week) * interval '1 second';
        exit;
      end if;
      rest := rest - (opening[2 * i] - opening[2 * i - 1]);
    end loop;
    edge := 0;
  end loop;
  if local_due is not null then
    shift := local_from - (from_instant at time zone 'UTC');
    due := (local_due - shift) at time zone 'UTC';
    -- The clock shows then what it would have come to: nobody has set it.
    if due at time zone zone = local_due then
      return due;
    end if;
  end if;
  for i in 1 .. cardinality(opening) / 2 loop
    per_week := per_week + opening[2 * i] - opening[2 * i - 1];
  end loop;
  loop
    shift := (at at time zone zone) - (at at time zone 'UTC');
    start := kpi.opening_seconds(at at time zone zone, opening);
    target := start + remaining;
    rest := target - ((target - 1) / per_week) * per_week;
    for i in 1 .. cardinality(opening) / 2 loop
      if rest <= opening[2 * i] - opening[2 * i - 1] then
        due := ((timestamp '2001-01-01' + ((target - 1) / per_week) * interval '168 hours'
                 + (opening[2 * i - 1] + rest) * interval '1 second') - shift) at time zone 'UTC';
        exit;
      end if;
      rest := rest - (opening[2 * i] - opening[2 * i - 1]);
    end loop;
    upto := least(due, at + interval '480 hours');
    change := kpi.clock_change(at, upto, zone);
    if change is null and upto = due then
      return due;
    end if;
    upto := coalesce(change, upto);
    remaining := remaining - (kpi.opening_seconds((upto at time zone 'UTC') + shift, opening) - start);
    -- The clock is set at the very moment it falls due.
    if remaining = 0 then
      return due;
    end if;
    at := upto;
  end loop;
end $$;
