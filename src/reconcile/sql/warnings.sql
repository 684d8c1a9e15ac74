-- What makes a comparison less than certain: a side, or the books' documents, that is paused, loading, stale, covered later than asked, held,
-- failing or read again. `strict`: whether a strict comparison refuses it.
select w.code, c.source, c.name as connection, w.message, w.strict
from reconcile_terms t
join ops.connections c on c.tenant_id = t.tenant_id
join (values ('shopify', 'orders', 'Sus pedidos'), ('odoo', 'orders', 'Sus pedidos'), ('odoo', 'invoices', 'Sus documentos')) n(source, stream, word)
  on n.source = c.source
left join ops.streams s on s.tenant_id = t.tenant_id and s.connection_id = c.id and s.stream = n.stream and s.lane = 'live'
left join kpi.freshness f on f.tenant_id = t.tenant_id and f.connection_id = c.id and f.stream = n.stream
cross join lateral (
  select 'paused' as code, 'La conexión está en pausa: sus datos no se actualizan' as message, true as strict where c.status = 'paused' and n.stream = 'orders'
  union all
  select 'loading', format('%s: la primera lectura no ha terminado', n.word), true where s.covered_until is null
  union all
  select 'stale', format('%s están al día solo hasta %s: nada se da por faltante', n.word, to_char(s.covered_until at time zone t.time_zone, 'YYYY-MM-DD HH24:MI')), true
  where s.covered_until < t.as_of - greatest(t.grace, interval '60 minutes')
  union all
  select 'starts_later', format('%s están cubiertos solo desde %s', n.word, to_char(s.covered_from at time zone t.time_zone, 'YYYY-MM-DD HH24:MI')), false
  where s.covered_from > coalesce(t.range_from, '-infinity')
  union all
  select 'held', format('%s: la lectura espera a una persona, porque se rechazaron demasiados registros', n.word), true where s.held_because is not null
  union all
  select 'failing', concat_ws('. ', format('%s: la última lectura falló', n.word), f.problem_es), coalesce(s.error_kind <> 'transient', true)
  where s.error_kind is not null
  union all
  select 'backfilling', format('%s: se está releyendo el período %s a %s', n.word, to_char(b.range_from at time zone t.time_zone, 'YYYY-MM-DD'),
    to_char(b.range_until at time zone t.time_zone, 'YYYY-MM-DD')), true
  from ops.backfills b
  where b.tenant_id = t.tenant_id and b.connection_id = c.id and b.stream = n.stream and b.state = 'running'
) w
-- Documents are read where there is such a stream.
where n.stream = 'orders' or s.stream is not null
order by c.source, c.name, w.code, n.stream
