import { addSchedule, type NewSchedule } from '../../src/store/report-schedules.ts';
import type { AlertsRig } from './alerts-rig.ts';

/** A report of sales each day at seven, of which a test names what it is about. */
export const dailyReport = (tenantId: string, changes: Partial<NewSchedule> = {}): NewSchedule => ({
  tenantId,
  dashboard: 'ventas',
  cadence: 'daily',
  weekday: null,
  monthDay: null,
  localTime: '07:00',
  route: 'gerencia',
  createdBy: 'test',
  ...changes,
});

/** A schedule of the rig's tenant whose last due day was so long ago. Its id. */
export async function schedule(rig: AlertsRig, changes: Partial<NewSchedule> = {}, lastDueOn = '2026-01-01'): Promise<string> {
  const id = await addSchedule(rig.db, dailyReport(rig.tenantId, changes));
  await rig.db.query('update ops.report_schedules set last_due_on = $2 where id = $1', [id, lastDueOn]);
  return id;
}
