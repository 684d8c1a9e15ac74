import { automatizaciones } from './automatizaciones.ts';
import type { Dashboard } from './dashboard.ts';
import { ejecutiva } from './ejecutiva.ts';
import { soporte } from './soporte.ts';
import { tenant } from './tenant.ts';
import { ventas } from './ventas.ts';

/** The dashboards there are, in the order they are shown. */
export const DASHBOARDS: readonly Dashboard[] = [ejecutiva, tenant, ventas, soporte, automatizaciones];
