-- Posted documents of tenant $1 in the month that begins on $2, by company, kind and type, as the KPI shows them.
select m.company, m.document_type as type, m.kind, m.documents::integer, m.first_folio::text as "firstFolio", m.last_folio::text as "lastFolio",
  m.missing_folios::integer as "missingFolios", m.duplicate_folios::integer as "duplicateFolios", trim_scale(m.amount_net)::text as net,
  trim_scale(m.amount_exempt)::text as exempt, trim_scale(m.amount_iva)::text as iva, trim_scale(m.amount_other_taxes)::text as "otherTaxes",
  trim_scale(m.amount_unsplit)::text as unsplit, trim_scale(m.amount_total)::text as total
from kpi.documents_by_month m
where m.tenant_id = $1 and m.month = $2::date
order by length(m.company), m.company, m.document_type nulls last, m.kind
