import { column } from './column.ts';
import type { Dashboard } from './dashboard.ts';
import { period, supportChannel } from './filters.ts';
import { makeCards } from './make-cards.ts';
import { sharedCards } from './shared-cards.ts';

const { text, integer, decimal, percent, duration, date, instant } = column;

/** Who waits, how long, whether promises are kept and customers are content. */
export const soporte: Dashboard = {
  key: 'soporte',
  title: 'Soporte',
  description: 'Conversaciones, esperas, compromisos (SLA), satisfacción y traspasos entre el bot y las personas.',
  audience: 'tenant',
  filters: [...period, supportChannel],
  cards: makeCards('soporte', {
    'tickets-now': { ...sharedCards.ticketsNow, at: [0, 0, 6, 3] },
    unanswered: {
      title: 'Sin responder hace más de 2 horas (ahora)',
      about: 'Conversaciones abiertas en que un cliente espera hace más de dos horas corridas la respuesta de una persona.',
      display: 'scalar',
      at: [0, 6, 6, 3],
      columns: {
        over_2h: integer('Más de 2 horas'),
        waiting: integer('Esperan respuesta'),
        over_2h_business: integer('Más de 2 horas hábiles'),
        longest_seconds: duration('La espera más larga'),
        as_of: instant('A la hora'),
      },
    },
    csat: {
      title: 'Satisfacción (CSAT) del período (cerrado)',
      about: 'Notas 4 y 5 sobre todas las respuestas del período, con su cantidad; tasa de respuesta = respondidas / enviadas.',
      display: 'scalar',
      at: [0, 12, 6, 3],
      columns: {
        score: percent('Satisfechos'),
        average: decimal('Nota promedio'),
        answers: integer('Respuestas (n)'),
        sent: integer('Encuestas enviadas'),
        response_rate: percent('Tasa de respuesta'),
        coverage: percent('Parte del período con datos'),
      },
    },
    'as-of': { ...sharedCards.asOf, at: [0, 18, 6, 3] },
    'sla-period': {
      title: 'Cumplimiento de SLA del período (cerrado)',
      about: 'Compromisos que vencieron en el período: cumplidos / (cumplidos + incumplidos).',
      display: 'table',
      at: [3, 0, 12, 4],
      columns: {
        promise: text('Compromiso'),
        compliance: percent('Cumplimiento'),
        met: integer('Cumplidos'),
        missed: integer('Incumplidos'),
      },
    },
    'sla-now': {
      title: 'SLA en curso (ahora)',
      about: 'Compromisos que corren o ya vencieron sin cumplirse, de conversaciones no resueltas.',
      display: 'table',
      at: [3, 12, 12, 4],
      columns: {
        promise: text('Compromiso'),
        running: integer('En curso'),
        due_within_hour: integer('Vencen en una hora'),
        overdue: integer('Vencidos'),
        next_due_at: instant('Próximo vencimiento'),
      },
    },
    'tickets-by-channel': { ...sharedCards.ticketsByChannel, at: [7, 0, 12, 6] },
    'conversations-by-day': {
      title: 'Conversaciones iniciadas por día y canal (cerrado)',
      about: 'Conversaciones por día local de inicio.',
      display: 'bar',
      at: [7, 12, 12, 6],
      columns: { day: date('Día'), channel: text('Canal'), opened: integer('Iniciadas') },
      axis: { x: 'day', y: ['opened'], stacked: true },
    },
    'sla-by-day': {
      title: 'Cumplimiento de SLA por día (cerrado)',
      about: 'Proporción cumplida de los compromisos que vencieron cada día.',
      display: 'line',
      at: [13, 0, 12, 6],
      columns: { day: date('Día'), first_response: percent('Primera respuesta'), resolution: percent('Resolución') },
      axis: { x: 'day', y: ['first_response', 'resolution'] },
    },
    'csat-by-day': {
      title: 'Satisfacción por día (cerrado)',
      about: 'Notas 4 y 5 sobre las respuestas de cada día; la última respuesta de cada encuesta.',
      display: 'line',
      at: [13, 12, 12, 6],
      columns: { day: date('Día'), score: percent('Satisfechos'), answers: integer('Respuestas (n)') },
      axis: { x: 'day', y: ['score'] },
    },
    'response-time': { ...sharedCards.responseTime, at: [19, 0, 6, 6] },
    'response-time-by-day': { ...sharedCards.responseTimeByDay, at: [19, 6, 18, 6] },
    'tickets-resolved-by-day': { ...sharedCards.ticketsResolvedByDay, at: [25, 0, 12, 6] },
    'handoffs-by-day': {
      title: 'Traspasos entre bot y personas por día (cerrado)',
      about: 'Del bot a una persona y de vuelta, una vez por tramo.',
      display: 'bar',
      at: [25, 12, 12, 6],
      columns: { day: date('Día'), to_human: integer('A una persona'), to_bot: integer('Al bot') },
      axis: { x: 'day', y: ['to_human', 'to_bot'] },
    },
    'messages-by-day': {
      title: 'Mensajes por día (cerrado)',
      about: 'Mensajes públicos por sentido, sin notas internas; los no entregados, aparte.',
      display: 'line',
      at: [31, 0, 12, 6],
      columns: {
        day: date('Día'),
        incoming: integer('Recibidos'),
        outgoing: integer('Enviados'),
        templates: integer('Automáticos'),
        failed: integer('No entregados'),
      },
      axis: { x: 'day', y: ['incoming', 'outgoing'] },
    },
    agents: {
      title: 'Agentes más activos del período (cerrado)',
      about: 'Mensajes públicos escritos por cada agente y conversaciones en que participó.',
      display: 'table',
      at: [31, 12, 12, 6],
      columns: { agent_name: text('Agente'), messages: integer('Mensajes'), conversations: integer('Conversaciones') },
    },
    freshness: { ...sharedCards.freshness, at: [37, 0, 16, 6] },
    coverage: { ...sharedCards.coverage, at: [37, 16, 8, 6] },
  }),
};
