-- One event for each subject in $7, all told by delivery $4.
insert into ops.alert_events (tenant_id, at, kind, subject, title, event, occasion, value, threshold, severity, delivery_id)
select $1, now(), $2, f.subject, f.title, $3, f.occasion, f.value, $5, $6, $4
from jsonb_to_recordset($7::jsonb) as f(subject text, title text, occasion text, value numeric)
