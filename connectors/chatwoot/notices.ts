import { notice, type Notice } from '#contract';

/** What Chatwoot cannot give, in both languages, by code. */
export const NOTICES = {
  activityOnly: notice(
    'activity_only',
    'The pause was too long for a list of changes, so conversations were found by their activity: changes without any (a label, an attribute) are taken at the next change',
    'La pausa fue demasiado larga para una lista de cambios y las conversaciones se buscaron por su actividad: los cambios sin ella (una etiqueta, un atributo) se toman con el próximo cambio',
  ),
  countDiffers: (counted: number, seen: number, rounds: number): Notice =>
    notice(
      'count_differs',
      `Chatwoot counts ${counted} conversations and ${seen} were found in ${rounds} walks: the rest is taken when it changes`,
      `Chatwoot cuenta ${counted} conversaciones y en ${rounds} lecturas se encontraron ${seen}: el resto se toma cuando cambie`,
    ),
  dayCountsDiffer: (days: readonly string[], rounds: number): Notice => {
    const shown = days.slice(0, 5).join(', ') + (days.length > 5 ? ' …' : '');
    return notice(
      'count_differs',
      `On ${days.length} day(s) Chatwoot's count changed in ${rounds} readings (${shown}): run the backfill of these days again`,
      `En ${days.length} día(s) la cuenta de Chatwoot cambió en ${rounds} lecturas (${shown}): hay que releer esos días`,
    );
  },
} as const;
