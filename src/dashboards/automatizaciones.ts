import { column } from './column.ts';
import type { Dashboard } from './dashboard.ts';
import { period } from './filters.ts';
import { makeCards } from './make-cards.ts';
import { sharedCards } from './shared-cards.ts';

const { text, integer, percent, date } = column;

/** Whether the company's automations run, how long they take and why they fail. */
export const automatizaciones: Dashboard = {
  key: 'automatizaciones',
  title: 'Automatizaciones',
  description: 'Ejecuciones de producción de n8n: cuántas, con qué éxito, cuánto tardan y por qué fallan.',
  audience: 'tenant',
  filters: period,
  cards: makeCards('automatizaciones', {
    'automations-active': { ...sharedCards.automationsActive, at: [0, 0, 6, 3] },
    executions: { ...sharedCards.executions, at: [0, 6, 6, 3] },
    'success-rate': {
      title: 'Tasa de éxito del período (cerrado)',
      about: 'Correctas / (correctas + con error), solo de automatizaciones cuyas ejecuciones correctas guarda n8n.',
      display: 'scalar',
      at: [0, 12, 6, 3],
      columns: {
        success_rate: percent('Tasa de éxito'),
        success: integer('Correctas'),
        errors: integer('Con error'),
        errors_without_rate: integer('Errores fuera de la tasa'),
        coverage: percent('Parte del período con datos'),
      },
    },
    'as-of': { ...sharedCards.asOf, at: [0, 18, 6, 3] },
    'executions-by-day': { ...sharedCards.executionsByDay, at: [3, 0, 12, 6] },
    errors: {
      title: 'Errores por tipo (cerrado)',
      about: 'Ejecuciones con error del período por tipo de error.',
      display: 'row',
      at: [3, 12, 12, 6],
      columns: { category: text('Tipo'), errors: integer('Con error'), resolved: integer('Resueltos por reintento') },
      axis: { x: 'category', y: ['errors'] },
    },
    latency: {
      title: 'Latencia del período, ms (cerrado)',
      about: 'Duración de las ejecuciones con duración conocida, en milisegundos: promedio, mediana y percentil 95.',
      display: 'scalar',
      at: [9, 0, 6, 6],
      columns: {
        avg_ms: integer('Promedio (ms)'),
        p50_ms: integer('Mediana (ms)'),
        p95_ms: integer('Percentil 95 (ms)'),
        runs: integer('Ejecuciones medidas'),
        coverage: percent('Parte del período con datos'),
      },
    },
    'latency-by-day': {
      title: 'Latencia por día, ms (cerrado)',
      about: 'Promedio, mediana y percentil 95 de cada día, en milisegundos. Los días no se promedian entre sí.',
      display: 'line',
      at: [9, 6, 18, 6],
      columns: {
        day: date('Día'),
        avg_ms: integer('Promedio (ms)'),
        p50_ms: integer('Mediana (ms)'),
        p95_ms: integer('Percentil 95 (ms)'),
      },
      axis: { x: 'day', y: ['avg_ms', 'p50_ms', 'p95_ms'] },
    },
    workflows: {
      title: 'Automatizaciones del período (cerrado)',
      about: 'Ejecuciones, errores, tasa de éxito y duración de cada automatización en el período.',
      display: 'table',
      at: [15, 0, 24, 8],
      columns: {
        workflow_name: text('Automatización'),
        executions: integer('Ejecuciones'),
        success: integer('Correctas'),
        errors: integer('Con error'),
        errors_resolved: integer('Resueltos por reintento'),
        success_rate: percent('Tasa de éxito'),
        avg_duration_ms: integer('Duración promedio (ms)'),
      },
    },
    'workflows-30-days': { ...sharedCards.workflows30Days, at: [23, 0, 24, 7] },
    ocr: {
      title: 'Ejecuciones OCR correctas del período (cerrado)',
      about: 'Ejecuciones correctas de las automatizaciones que leen documentos; documentos solo si se sabe cuántos lee cada una.',
      display: 'scalar',
      at: [30, 0, 6, 6],
      columns: { runs: integer('Correctas'), errors: integer('Con error'), documents: integer('Documentos') },
    },
    'ocr-by-day': {
      title: 'Ejecuciones OCR por día (cerrado)',
      about: 'Ejecuciones de las automatizaciones que leen documentos, por día local.',
      display: 'bar',
      at: [30, 6, 18, 6],
      columns: { day: date('Día'), runs: integer('Correctas'), errors: integer('Con error'), documents: integer('Documentos') },
      axis: { x: 'day', y: ['runs', 'errors'], stacked: true },
    },
    freshness: { ...sharedCards.freshness, at: [36, 0, 16, 6] },
    coverage: { ...sharedCards.coverage, at: [36, 16, 8, 6] },
  }),
};
