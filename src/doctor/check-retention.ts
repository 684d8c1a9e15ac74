import { oldestPayload } from '../store/old-payloads.ts';
import { lateRetention } from '../store/retention.ts';
import { listTenants } from '../store/tenants.ts';
import type { Check } from './deps.ts';
import { same, type Finding } from './finding.ts';

const LATE_DAYS = 3;

/** What is promised to be deleted is: the work was done, and what it was about is not there any more. */
export const checkRetention: Check = {
  name: 'retention',
  title: { es: 'Borrado de lo vencido', en: 'Retention' },
  needsDatabase: true,
  async run({ db, tenantId }, signal) {
    const asked = (id: string) => tenantId === null || id === tenantId;
    const late = (await lateRetention(db, LATE_DAYS)).filter((row) => asked(row.tenant_id));
    const found = late.map(({ rut, company_name, days }): Finding => ({
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
    for (const { id, rut, company_name, status } of await listTenants(db)) {
      if (signal.aborted) break;
      if (!asked(id) || status === 'erased') continue;
      const oldest = await oldestPayload(db, id, LATE_DAYS);
      if (oldest === null) continue;
      const { source, entity, days, age_days: age } = oldest;
      found.push({
        code: 'payloads_too_old',
        severity: 'warning',
        about: `${rut} ${company_name}`,
        what: {
          es: `El contenido más antiguo (${source} ${entity}) tiene ${age} días; se guarda ${days}.`,
          en: `The oldest payload (${source} ${entity}) is ${age} days old; they are kept for ${days}.`,
        },
        means: {
          es: 'El borrado nocturno no alcanza, o no lo encuentra.',
          en: 'The nightly removal does not keep up, or does not find it.',
        },
        next: same(`kpi retention run --tenant ${rut}`),
      });
    }
    return found;
  },
};
