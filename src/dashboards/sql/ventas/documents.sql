select month, company, document_type, documents, first_folio::text as first_folio, last_folio::text as last_folio, missing_folios, amount_net, amount_exempt, amount_iva,
  amount_other_taxes, amount_unsplit, amount_total
from kpi.documents_by_month
where month between date_trunc('month', {{desde}}::date)::date and {{hasta}}::date
order by month desc, length(company), company, document_type nulls last, kind
