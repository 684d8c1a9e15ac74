-- Where the space goes: relations of this database, largest first, with what is dead in them.
select n.nspname || '.' || c.relname as name, pg_total_relation_size(c.oid)::float8 as bytes,
  coalesce(s.n_live_tup, 0)::float8 as live, coalesce(s.n_dead_tup, 0)::float8 as dead,
  s.last_analyze is null and s.last_autoanalyze is null as never_analysed
from pg_class c join pg_namespace n on n.oid = c.relnamespace left join pg_stat_user_tables s on s.relid = c.oid
where c.relkind in ('r', 'm') and n.nspname in ('public', 'kpi', 'raw', 'ops', 'graphile_worker')
order by 2 desc
