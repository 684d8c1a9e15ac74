-- What a person should do about a stream stood in an operator's English on dashboards in Spanish: kept in both languages, as notices are.

alter table kpi.freshness add column problem_es text;
comment on column kpi.freshness.problem is 'Qué pasa y qué hacer, si algo pasa, en inglés para quien opera el servicio.';
comment on column kpi.freshness.problem_es is 'Lo mismo en castellano para quien lee las cifras; nulo si no pasa nada o si lo escribió una versión anterior.';
