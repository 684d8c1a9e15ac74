-- What came of attempt $3 of message $2: sent ($4), or an error; dead when nothing more is to be tried. An attempt that was overtaken
-- (its claim ran out and another worker took the message) says nothing any more. Of a report that was accepted the file is not kept.
update ops.alert_deliveries
set state = $4, body = case when $4 = 'sent' and event = 'report' then (body::jsonb #- '{file,content}')::text else body end, claimed_until = '-infinity', last_status = $5, last_error = $6,
  sent_at = case when $4 = 'sent' then clock_timestamp() end,
  next_try_at = clock_timestamp() + make_interval(secs => $7::double precision)
where tenant_id = $1 and id = $2 and attempts = $3 and state = 'waiting'
