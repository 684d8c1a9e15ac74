import { notice, type Notice } from '#contract';

const some = (ids: readonly string[]) => `${ids.slice(0, 5).join(', ')}${ids.length > 5 ? ' …' : ''}`;

/** What n8n cannot give, in both languages, by code. */
export const NOTICES = {
  noWorkflow: notice(
    'no_workflow',
    'n8n shows no workflow for this connection; check its tag or project',
    'n8n no muestra ninguna automatización para esta conexión; revise su etiqueta o su proyecto',
  ),
  listMoved: notice(
    'list_moved',
    'the list of workflows changed while it was read; deleted ones are found by a later run',
    'la lista de automatizaciones cambió mientras se leía; las borradas se encuentran en una lectura posterior',
  ),
  workflowsAssigned: notice(
    'workflows_assigned',
    'every workflow of this n8n carries the tag of a tenant',
    'todas las automatizaciones de este n8n llevan la etiqueta de una empresa',
  ),
  // Without names: a notice is also shown to the tenant, and the workflows may be somebody else's.
  workflowsOfNobody: (count: number): Notice =>
    notice(
      'workflows_of_nobody',
      `${count} workflows of this n8n carry no tag of a tenant and count for nobody; their names are told by: kpi check`,
      `${count} automatizaciones de este n8n no llevan etiqueta de ninguna empresa y no cuentan para nadie`,
    ),
  errorDetailUnread: (count: number): Notice =>
    notice(
      'error_detail_unread',
      `${count} failed executions kept no error category: their data are gone or too large to be read`,
      `${count} ejecuciones fallidas quedaron sin categoría de error: sus datos ya no están o son demasiado grandes para leerlos`,
    ),
  lostAtSource: (ids: readonly string[]): Notice =>
    notice(
      'lost_at_source',
      `${ids.length} executions that had not ended are gone from n8n and stay as last seen (ids ${some(ids)})`,
      `${ids.length} ejecuciones sin terminar ya no están en n8n y quedan como se vieron por última vez (${some(ids)})`,
    ),
  statusFilterIgnored: (status: string): Notice =>
    notice(
      'status_filter_ignored',
      `this n8n ignores the filter status=${status}; runs that have not ended may be missing`,
      `este n8n no respeta el filtro status=${status}; pueden faltar ejecuciones sin terminar`,
    ),
  unknownStatus: (statuses: readonly string[]): Notice => {
    const shown = statuses.join(', ').slice(0, 200);
    return notice(
      'unknown_status',
      `statuses this release does not know are kept as running: ${shown}`,
      `los estados que esta versión no conoce quedan como en curso: ${shown}`,
    );
  },
  gapByPruning: (from: string, to: string | null): Notice =>
    notice(
      'gap_by_pruning',
      `executions between id ${from} and ${to} may have been pruned before they were read; sync more often, or let n8n keep more (EXECUTIONS_DATA_PRUNE_MAX_COUNT)`,
      `las ejecuciones entre ${from} y ${to} pueden haberse borrado en n8n antes de leerlas; conviene leer más seguido o que n8n guarde más (EXECUTIONS_DATA_PRUNE_MAX_COUNT)`,
    ),
  prunedBySource: notice(
    'pruned_by_source',
    'n8n shows no run from before the range: what it has pruned (by default after 336 hours, or beyond 10,000 runs) cannot be read again',
    'n8n no muestra ejecuciones anteriores al período: lo que ya borró (por omisión, tras 336 horas o más allá de 10.000 ejecuciones) no se puede releer',
  ),
} as const;
