insert into ops.alert_rules (tenant_id, kind, threshold, currency, options, severity, cooldown_minutes, for_minutes, enabled)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
on conflict (tenant_id, kind) do update set threshold = excluded.threshold, currency = excluded.currency, options = excluded.options,
  severity = excluded.severity, cooldown_minutes = excluded.cooldown_minutes, for_minutes = excluded.for_minutes,
  enabled = excluded.enabled, changed_at = clock_timestamp()
