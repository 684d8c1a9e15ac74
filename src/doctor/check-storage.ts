import { statfs } from 'node:fs/promises';
import { inspect } from '../store/inspect.ts';
import { storageOf, type Storage } from '../store/storage.ts';
import type { Check } from './deps.ts';
import { same, type Finding } from './finding.ts';

const GIB = 1024 ** 3;
const FEW_ROWS = 10_000;

/** There is room left, and vacuum and statistics keep up. */
export const checkStorage: Check = {
  name: 'storage',
  title: { es: 'Disco y tablas', en: 'Disk and tables' },
  needsDatabase: true,
  async run({ urls, limitMs, maxBytes }) {
    const storage = await inspect(urls.direct, limitMs, storageOf);
    const found = judgeTables(storage);
    if (maxBytes !== null) found.push(...judgeRoom('KPI_DATABASE_MAX_GB', storage.bytes, maxBytes));
    const local = /^(?:localhost|127\.|\[?::1)/.test(new URL(urls.direct).hostname);
    if (local && storage.folder !== null) {
      // Perhaps the server's folder is in a container: then it is no folder here, and nothing is said of it.
      const disk = await statfs(storage.folder).catch(() => null);
      if (disk !== null) found.push(...judgeRoom(storage.folder, (disk.blocks - disk.bavail) * disk.bsize, disk.blocks * disk.bsize));
    }
    return found;
  },
};

/** @internal judged alone in tests */
export function judgeRoom(about: string, used: number, of: number): Finding[] {
  const share = used / of;
  if (share < 0.85) return [];
  const text = `${(used / GIB).toFixed(1)} / ${(of / GIB).toFixed(1)} GB (${Math.floor(share * 100)} %)`;
  return [
    {
      code: 'disk_nearly_full',
      severity: share < 0.95 ? 'warning' : 'error',
      about,
      what: { es: `Queda poco espacio: ${text}.`, en: `Little room is left: ${text}.` },
      means: {
        es: 'Con el disco lleno la base deja de aceptar escrituras; lo guardado no se pierde.',
        en: 'With a full disk the database takes no more writes; what is stored is not lost.',
      },
      next: {
        es: 'Agrande el disco o el plan. Las tablas: kpi doctor --only storage',
        en: 'Enlarge the disk or the plan. The tables: kpi doctor --only storage',
      },
    },
  ];
}

/** @internal judged alone in tests */
export function judgeTables({ tables }: Storage): Finding[] {
  const found: Finding[] = [];
  for (const { name, live, dead, never_analysed, bytes } of tables) {
    if (dead > FEW_ROWS && dead > live * 0.5)
      found.push({
        code: 'table_bloated',
        severity: 'warning',
        about: name,
        what: {
          es: `${Math.round(dead)} versiones muertas por ${Math.round(live)} filas (${(bytes / GIB).toFixed(2)} GB).`,
          en: `${Math.round(dead)} dead versions for ${Math.round(live)} rows (${(bytes / GIB).toFixed(2)} GB).`,
        },
        means: { es: 'La tabla crece y las consultas se ponen lentas.', en: 'The table grows and queries become slow.' },
        next: same(`vacuum (analyze, verbose) ${name};`),
      });
    else if (never_analysed && live > FEW_ROWS)
      found.push({
        code: 'table_never_analysed',
        severity: 'warning',
        about: name,
        what: { es: `${Math.round(live)} filas y nunca analizada.`, en: `${Math.round(live)} rows and never analysed.` },
        means: { es: 'El servidor elige malos planes.', en: 'The server chooses bad plans.' },
        next: same(`analyze ${name};`),
      });
  }
  return found;
}
