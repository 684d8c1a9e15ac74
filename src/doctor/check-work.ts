import { openRefusals } from '../store/quarantine-list.ts';
import { idleStreams, type IdleStream } from '../store/idle-streams.ts';
import { queueState, type QueueGroup } from '../store/queue-state.ts';
import { streamStates } from '../store/stream-states.ts';
import { listWorkers, type WorkerRow } from '../store/workers.ts';
import type { Check, DoctorDeps } from './deps.ts';
import { same, type Finding, type Words } from './finding.ts';

const MINUTE = 60;
/** What is ready has a free worker within seconds; a backlog after a rest is gone within this. */
const LATE_JOB_SECONDS = 10 * MINUTE;
/** No job works longer than a slice; those of alerts and dashboards a few minutes. */
const LONG_JOB_SECONDS = 30 * MINUTE;
const GRACE_SECONDS = 5 * MINUTE;
const OLD_REFUSAL_DAYS = 30;

/** Workers live, jobs are done, and none waits for a person. */
export const checkQueue: Check = {
  name: 'queue',
  title: { es: 'Cola y procesos de trabajo', en: 'Queue and workers' },
  needsDatabase: true,
  async run({ db, deadWorkerSeconds }) {
    const [workers, groups] = await Promise.all([listWorkers(db), queueState(db)]);
    const found: Finding[] = [];
    const alive = workers.filter((worker) => worker.silent_seconds <= deadWorkerSeconds);
    if (alive.length === 0)
      found.push({
        code: 'no_worker',
        severity: 'error',
        about: null,
        what: { es: 'Ningún proceso de trabajo está vivo.', en: 'No worker is alive.' },
        means: { es: 'Nada se lee y no sale ninguna alerta.', en: 'Nothing is read and no alert leaves.' },
        next: same('kpi worker'),
      });
    for (const worker of workers.filter((one) => one.silent_seconds > deadWorkerSeconds)) found.push(silent(worker));
    const lost = groups.filter(({ state, locked_by }) => state === 'running' && !workers.some(({ pool_id }) => pool_id === locked_by));
    if (lost.length > 0)
      found.push({
        code: 'jobs_of_nobody',
        severity: 'error',
        about: null,
        what: {
          es: `${count(lost)} trabajos están tomados por procesos que ya no existen.`,
          en: `${count(lost)} jobs are locked by workers that are no more.`,
        },
        means: {
          es: 'No se harán hasta que se suelten, a las cuatro horas.',
          en: 'They are not done until they are released, after four hours.',
        },
        next: same('kpi queue release'),
      });
    for (const group of groups) found.push(...judgeGroup(group, alive));
    return found;
  },
};

function judgeGroup(group: QueueGroup, alive: readonly WorkerRow[]): Finding[] {
  const minutes = Math.round(group.oldest_seconds / MINUTE);
  if (group.state === 'failed')
    return [
      {
        code: 'jobs_failed',
        severity: 'error',
        about: group.task,
        what: {
          es: `${group.jobs} trabajos fallaron tantas veces como se permite: ${group.last_error?.split('\n')[0] ?? 'sin motivo'}`,
          en: `${group.jobs} jobs failed as often as they may: ${group.last_error?.split('\n')[0] ?? 'without a reason'}`,
        },
        means: { es: 'No se intentan de nuevo por sí solos.', en: 'They are not tried again by themselves.' },
        next: {
          es: `Corregida la causa: kpi queue retry --task ${group.task}`,
          en: `Once the cause is gone: kpi queue retry --task ${group.task}`,
        },
      },
    ];
  if (group.state === 'ready' && group.oldest_seconds > LATE_JOB_SECONDS && alive.length > 0)
    return [
      {
        code: 'jobs_late',
        severity: 'warning',
        about: group.task,
        what: {
          es: `${group.jobs} trabajos esperan; el más antiguo hace ${minutes} min.`,
          en: `${group.jobs} jobs wait; the oldest for ${minutes} min.`,
        },
        means: { es: 'Los procesos de trabajo no alcanzan.', en: 'The workers do not keep up.' },
        next: { es: 'Agregue uno, aquí o en otra máquina: kpi worker', en: 'Add one, here or on another machine: kpi worker' },
      },
    ];
  if (group.state === 'running' && group.oldest_seconds > LONG_JOB_SECONDS && alive.some(({ pool_id }) => pool_id === group.locked_by))
    return [
      {
        code: 'job_hangs',
        severity: 'warning',
        about: group.task,
        what: { es: `Un trabajo corre hace ${minutes} min.`, en: `A job has been running for ${minutes} min.` },
        means: { es: 'Ocupa un lugar del proceso de trabajo.', en: 'It takes up a place of its worker.' },
        next: {
          es: 'Reinicie ese proceso de trabajo (SIGTERM): lo comprometido queda y otro sigue.',
          en: 'Restart that worker (SIGTERM): what is committed stays, and another goes on.',
        },
      },
    ];
  return [];
}

const count = (groups: readonly QueueGroup[]) => groups.reduce((sum, { jobs }) => sum + jobs, 0);

function silent({ host, pid, silent_seconds }: WorkerRow): Finding {
  const seconds = Math.round(silent_seconds);
  return {
    code: 'worker_silent',
    severity: 'warning',
    about: `${host}:${pid}`,
    what: { es: `No da señales hace ${seconds} s.`, en: `It has been silent for ${seconds} s.` },
    means: {
      es: 'Murió o está congelado; otro proceso vivo suelta sus trabajos.',
      en: 'It died or is frozen; any living worker releases its jobs.',
    },
    next: { es: 'Revíselo en esa máquina y arranque otro: kpi worker', en: 'Look at it on that machine and start another: kpi worker' },
  };
}

/** Streams that wait for a person, fail, or are not read although they are due. */
export const checkStreams: Check = {
  name: 'streams',
  title: { es: 'Flujos', en: 'Streams' },
  needsDatabase: true,
  async run({ db, tenantId }: DoctorDeps) {
    const [streams, idle] = await Promise.all([streamStates(db, tenantId), idleStreams(db, GRACE_SECONDS)]);
    const found: Finding[] = [];
    for (const one of streams) {
      const about = `${one.rut} ${one.company_name} ${one.source} ${one.stream}`;
      const where = `--tenant ${one.rut} --source ${one.source}`;
      if (one.state === 'held')
        found.push({
          code: 'stream_held',
          severity: 'error',
          about,
          what: { es: `Espera a una persona: ${one.problem}`, en: `Waits for a person: ${one.problem}` },
          means: { es: 'No se lee hasta que alguien decida.', en: 'It is not read until somebody decides.' },
          next: same(`kpi quarantine list --tenant ${one.rut}; kpi quarantine accept ${where} --stream ${one.stream}`),
        });
      // Stale because its source has not answered for long: no person must act, and yet somebody should know.
      if (one.state === 'failing' || (one.state === 'stale' && one.problem !== null))
        found.push({
          code: 'stream_failing',
          severity: 'error',
          about,
          what: same(one.problem ?? 'failing'),
          means: { es: 'Sus datos se quedan atrás.', en: 'Its data fall behind.' },
          next: same(`kpi check ${where}; kpi sync ${where} --stream ${one.stream}`),
        });
    }
    for (const one of idle) {
      if (tenantId !== null && one.tenant_id !== tenantId) continue;
      found.push({
        code: `stream_${one.why}`,
        severity: 'warning',
        about: `${one.rut} ${one.company_name} ${one.source} ${one.stream}`,
        what: IDLE[one.why](one.since),
        means: { es: 'Sus datos se quedan atrás.', en: 'Its data fall behind.' },
        next: same(`kpi sync --tenant ${one.rut} --source ${one.source} --stream ${one.stream}`),
      });
    }
    return found;
  },
};

const at = (since: Date) => since.toISOString().slice(0, 16).replace('T', ' ');
const IDLE: Readonly<Record<IdleStream['why'], (since: Date) => Words>> = {
  abandoned: (since) => ({
    es: `Quien lo leía calló el ${at(since)} UTC y nadie siguió.`,
    en: `Its reader fell silent at ${at(since)} UTC and nobody went on.`,
  }),
  overdue: (since) => ({
    es: `Le toca desde ${at(since)} UTC y nadie lo lee.`,
    en: `It has been due since ${at(since)} UTC and nobody reads it.`,
  }),
  endless: (since) => ({ es: `La misma lectura corre desde ${at(since)} UTC.`, en: `One read has been at it since ${at(since)} UTC.` }),
};

/** Refused records that nobody has looked at for long. */
export const checkQuarantine: Check = {
  name: 'quarantine',
  title: { es: 'Cuarentena', en: 'Quarantine' },
  needsDatabase: true,
  async run({ db, tenantId }) {
    const rows = (await openRefusals(db)).filter((row) => tenantId === null || row.tenant_id === tenantId);
    return rows.map((row): Finding => {
      const old = row.oldest_days >= OLD_REFUSAL_DAYS;
      return {
        code: old ? 'quarantine_old' : 'quarantine_open',
        severity: old ? 'warning' : 'info',
        about: `${row.rut} ${row.company_name} ${row.source} ${row.stream}`,
        what: {
          es: `${row.records} registros en cuarentena, el más antiguo hace ${row.oldest_days} días.`,
          en: `${row.records} records in quarantine, the oldest for ${row.oldest_days} days.`,
        },
        means: { es: 'No están en las cifras.', en: 'They are not in the numbers.' },
        next: same(`kpi quarantine list --tenant ${row.rut} --source ${row.source} --stream ${row.stream}`),
      };
    });
  },
};
