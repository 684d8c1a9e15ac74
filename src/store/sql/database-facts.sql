-- What of a server and a database decides whether this service can rely on them. Any role may ask.
select current_setting('server_version_num')::int as version, current_setting('server_version') as version_text,
  current_setting('server_encoding') as encoding, pg_is_in_recovery() as recovering,
  current_setting('fsync') = 'on' and current_setting('full_page_writes') = 'on' as durable,
  current_setting('synchronous_commit') as synchronous_commit,
  current_setting('max_connections')::int as max_connections,
  (select count(*)::int from pg_stat_activity where backend_type = 'client backend') as sessions,
  (select count(*)::int from pg_stat_activity where state = 'idle in transaction' and state_change < clock_timestamp() - interval '5 minutes')
    as idle_transactions,
  (select age(datfrozenxid) from pg_database where datname = current_database()) as transaction_age,
  coalesce((select ssl from pg_stat_ssl where pid = pg_backend_pid()), false) as encrypted,
  extract(epoch from clock_timestamp())::float8 * 1000 as clock_ms,
  (select rolsuper or rolcreaterole from pg_roles where rolname = current_user) as may_create_roles
