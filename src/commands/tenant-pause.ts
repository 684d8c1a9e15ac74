import { userInfo } from 'node:os';
import type { Command } from 'commander';
import { pauseTenant } from '../store/tenant-status.ts';
import { findTenant, type CommandContext } from './context.ts';

const WORDS = {
  pause: {
    description: 'read nothing of a company for now; its numbers stay, and can be read',
    done: {
      es: 'En pausa: no se lee nada nuevo. Sigue con: kpi tenant resume',
      en: 'Paused: nothing new is read. Go on: kpi tenant resume',
    },
  },
  resume: {
    description: 'read a paused company again',
    done: { es: 'Se lee de nuevo.', en: 'It is read again.' },
  },
} as const;

/** `kpi tenant pause` and `kpi tenant resume`. */
export function tenantPauseCommands(tenant: Command, context: CommandContext): void {
  const { terminal } = context;
  for (const word of ['pause', 'resume'] as const) {
    tenant
      .command(word)
      .description(WORDS[word].description)
      .argument('<rut|id>', 'the company')
      .requiredOption('--reason <text>', 'why, for the audit')
      .addHelpText('after', `\nExample:\n  kpi tenant ${word} 76042235-5 --reason 'unpaid invoice'`)
      .action(async (wanted: string, options: { reason: string }) => {
        const app = await context.app();
        const { id } = await findTenant(app, wanted);
        const author = { who: userInfo().username, reason: options.reason };
        const changed = await pauseTenant(app.db, id, word === 'pause', author);
        terminal.document({ tenant_id: id, status: word === 'pause' ? 'paused' : 'active', changed });
        terminal.line(terminal.say(WORDS[word].done));
      });
  }
}
