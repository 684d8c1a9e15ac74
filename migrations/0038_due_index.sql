-- What the tick asks for each minute, of all tenants: held streams too, which are due when a person has let them go on.
drop index ops.streams_due;
create index streams_due on ops.streams (next_run_at) where lane = 'live';
