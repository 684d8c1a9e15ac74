-- What was put into bench.web, as the comparison must find it: class and number of findings.
select k.class, count(*)::integer as findings
from (
  select w.kind as class from bench.web w where w.kind not in ('merged', 'merged_second', 'split', 'refunded')
  union all
  -- A peso of tax, which is no finding.
  select 'rounding' from bench.web w where w.kind is null and w.n % 3 <> 1
  union all
  -- Sold and documented, or given back and credited, in different months.
  select 'date_cutoff'
  from bench.web w
  join bench.paper p on p.side = 1 and p.doc = w.n and p.kind = 'invoice' and p.state = 'posted'
  where coalesce(w.kind, '') not in ('status', 'missing_in_shopify') and date_trunc('month', w.day) <> date_trunc('month', p.day)
  union all
  select 'date_cutoff' from bench.web w where w.kind in ('refunded', 'refund_amount') and date_trunc('month', w.day + 10) <> date_trunc('month', w.day + 12)
) k
group by k.class
