import { lateRetention } from '../store/retention.ts';
import type { Check } from './deps.ts';
import { same, type Finding } from './finding.ts';

const LATE_DAYS = 3;

/** What is promised to be deleted is. */
export const checkRetention: Check = {
  name: 'retention',
  title: { es: 'Borrado de lo vencido', en: 'Retention' },
  needsDatabase: true,
  async run({ db, tenantId }) {
    const rows = (await lateRetention(db, LATE_DAYS)).filter((row) => tenantId === null || row.tenant_id === tenantId);
    return rows.map(({ rut, company_name, days }): Finding => ({
      code: 'retention_late',
      severity: 'warning',
      about: `${rut} ${company_name}`,
      what: {
        es: `Hace ${days} días que no se borra lo vencido.`,
        en: `What is too old has not been removed for ${days} days.`,
      },
      means: {
        es: 'Se guardan datos más tiempo que el prometido, y la base crece.',
        en: 'Data are kept for longer than promised, and the database grows.',
      },
      next: same(`kpi retention run --tenant ${rut}`),
    }));
  },
};
