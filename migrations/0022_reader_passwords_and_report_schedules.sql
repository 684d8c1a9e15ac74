-- Which generation a reader's password is of, and reports that are made by the calendar.

create table ops.reader_passwords (
  tenant_id uuid primary key,
  role text not null,
  generation integer not null check (generation > 1),
  rotated_at timestamptz not null,
  settled_at timestamptz
);
create index reader_passwords_role on ops.reader_passwords (role);
comment on table ops.reader_passwords is 'Readers whose password was changed. A reader without a row has that of generation 1. The password itself is derived and stored nowhere.';
comment on column ops.reader_passwords.tenant_id is 'Tenant.';
comment on column ops.reader_passwords.role is 'Its reader role.';
comment on column ops.reader_passwords.generation is 'Generation of the password in force; written in the transaction that alters the role.';
comment on column ops.reader_passwords.rotated_at is 'When it came into force. Sessions that began earlier were opened with the former one.';
comment on column ops.reader_passwords.settled_at is 'When Metabase had it and the earlier sessions were ended; null: that is still to be done.';

create table ops.report_schedules (
  tenant_id uuid not null,
  id uuid not null,
  dashboard text not null,
  cadence text not null check (cadence in ('daily', 'weekly', 'monthly')),
  weekday smallint check (weekday between 1 and 7),
  month_day smallint check (month_day between 1 and 31),
  local_time time not null,
  route text not null check (route ~ '^[a-z0-9][a-z0-9_-]{0,39}$'),
  created_by text not null,
  created_at timestamptz not null default clock_timestamp(),
  last_due_on date not null,
  sent_on date,
  failures integer not null default 0,
  problem text,
  retry_at timestamptz not null default '-infinity',
  claim uuid,
  claimed_until timestamptz not null default '-infinity',
  primary key (tenant_id, id),
  check ((cadence = 'weekly') = (weekday is not null)),
  check ((cadence = 'monthly') = (month_day is not null))
);
comment on table ops.report_schedules is 'Reports that are made by the calendar of the company and sent through the outbox. Who receives one is not known here: only the name of a route.';
comment on column ops.report_schedules.tenant_id is 'Tenant.';
comment on column ops.report_schedules.id is 'Schedule.';
comment on column ops.report_schedules.dashboard is 'Dashboard that is printed, one of the code''s list.';
comment on column ops.report_schedules.cadence is 'daily, weekly or monthly.';
comment on column ops.report_schedules.weekday is 'Weekly: 1 Monday … 7 Sunday.';
comment on column ops.report_schedules.month_day is 'Monthly: day of the month; in a shorter month its last day.';
comment on column ops.report_schedules.local_time is 'Time of day in the company''s zone. A time that a change of clocks skips is the first after it; one that comes twice counts once.';
comment on column ops.report_schedules.route is 'Name under which the receiver (n8n) keeps the recipients.';
comment on column ops.report_schedules.created_by is 'Who made it.';
comment on column ops.report_schedules.created_at is 'When.';
comment on column ops.report_schedules.last_due_on is 'Latest due day that is done with: its report is in the outbox, or it was overtaken by a later one.';
comment on column ops.report_schedules.sent_on is 'Latest due day whose report went into the outbox.';
comment on column ops.report_schedules.failures is 'Attempts since the last success.';
comment on column ops.report_schedules.problem is 'Why the last attempt failed. Holds no secret.';
comment on column ops.report_schedules.retry_at is 'No attempt before this.';
comment on column ops.report_schedules.claim is 'Attempt of the worker that is at it; an attempt that was overtaken writes nothing.';
comment on column ops.report_schedules.claimed_until is 'A worker is at it until then; after a crash another one takes it.';

-- A report, made by hand or by the calendar, is a message of the outbox like an alert.
alter table ops.alert_deliveries drop constraint alert_deliveries_event_check;
alter table ops.alert_deliveries add constraint alert_deliveries_event_check check (event in ('firing', 'resolved', 'test', 'report'));
comment on column ops.alert_deliveries.kind is 'Kind of rule; report:<dashboard>:<route> of a report.';
comment on column ops.alert_deliveries.event is 'firing, resolved, test or report.';
comment on column ops.alert_deliveries.body is 'The bytes that are signed and sent, the same at every attempt. Of a report the file is taken out once it was accepted.';

-- The latest due day whose moment is not after the instant, and the next one. Days are the zone's; a moment is the day and the time read
-- as a local time of that zone, so that each day has exactly one, whatever the clocks do on it.
create function ops.report_due(cadence text, weekday smallint, month_day smallint, local_time time, zone text, at timestamptz,
                               out latest date, out next date, out next_at timestamptz)
  language sql stable parallel safe
  set search_path = pg_catalog
as $$
  with days as (
    select day, (day + local_time) at time zone zone as moment
    from (select ((at at time zone zone)::date + n)::date as day from generate_series(-32, 32) as n) as around
    where case cadence
      when 'daily' then true
      when 'weekly' then extract(isodow from day) = weekday
      else extract(day from day) = least(month_day, extract(day from date_trunc('month', day::timestamp) + interval '1 month - 1 day'))
    end
  )
  select max(day) filter (where moment <= at), min(day) filter (where moment > at), min(moment) filter (where moment > at) from days
$$;
comment on function ops.report_due(text, smallint, smallint, time, text, timestamptz) is 'Latest due day of a schedule up to an instant, and the next.';
revoke execute on function ops.report_due(text, smallint, smallint, time, text, timestamptz) from public;
grant execute on function ops.report_due(text, smallint, smallint, time, text, timestamptz) to kpi_writer;

do $$
declare t text;
begin
  foreach t in array array['reader_passwords', 'report_schedules'] loop
    execute format('alter table ops.%I enable row level security', t);
    execute format('alter table ops.%I force row level security', t);
    execute format('create policy service on ops.%I to kpi_writer using (true) with check (true)', t);
    execute format('grant select, insert, update, delete on ops.%I to kpi_writer', t);
  end loop;
end $$;
