import { listPrivacyRequests, type PrivacyRequestRow } from '../store/privacy-requests.ts';
import type { Check } from './deps.ts';
import { same, type Finding, type Words } from './finding.ts';

/** From so few days on it is late for whoever has to answer. */
const SOON_DAYS = 7;

/** What persons asked about their data is answered in time. */
export const checkPrivacy: Check = {
  name: 'privacy',
  title: { es: 'Solicitudes sobre datos personales', en: 'Requests about personal data' },
  needsDatabase: true,
  async run({ db, tenantId }) {
    return (await listPrivacyRequests(db, tenantId)).map((row): Finding => ({
      code: row.days_left < 0 ? 'privacy_request_overdue' : 'privacy_request_open',
      severity: row.days_left < SOON_DAYS || row.job_state === 'failed' ? 'error' : 'warning',
      about: `${row.rut} ${row.company_name} ${row.source}`,
      what: WHAT[row.topic](row),
      means: {
        es: `Hay que responderla: quedan ${row.days_left} días.`,
        en: `It has to be answered: ${row.days_left} days are left.`,
      },
      next: same(nextOf(row)),
    }));
  },
};

const failed = ({ problem }: PrivacyRequestRow, es: string, en: string): Words =>
  problem === null ? { es: '', en: '' } : { es: ` ${es}: ${problem}`, en: ` ${en}: ${problem}` };

const WHAT: Readonly<Record<PrivacyRequestRow['topic'], (row: PrivacyRequestRow) => Words>> = {
  redact: (row) => {
    const why = failed(row, 'No se pudo', 'It failed');
    return { es: `Se pidió borrar a una persona (${row.id}).${why.es}`, en: `A person is to be erased (${row.id}).${why.en}` };
  },
  data_request: (row) => {
    const why = failed(row, 'No se pudo reunir', 'It could not be gathered');
    const number = row.reference ?? row.id;
    return {
      es: `Una persona pide lo que se guarda de ella (solicitud ${number}).${why.es}`,
      en: `A person asks for what is stored of them (request ${number}).${why.en}`,
    };
  },
  account_redact: ({ id }) => ({
    es: `El origen avisa que la tienda se fue y que lo suyo se debe borrar (${id}).`,
    en: `The source says that the shop has left and what is its own is to be erased (${id}).`,
  }),
};

function nextOf({ rut, id, topic, job_id, job_state }: PrivacyRequestRow): string {
  const close = `kpi privacy close ${id} --tenant ${rut} --reason '…'`;
  if (topic === 'account_redact') return `kpi tenant erase ${rut} --reason 'shop/redact'; ${close}`;
  if (topic === 'redact' || job_state !== 'done') return `kpi privacy list --tenant ${rut}; kpi customer erase --help; ${close}`;
  return `GET /api/operations/jobs/${job_id ?? ''}/files/customer.json; ${close}`;
}
