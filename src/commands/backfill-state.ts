import { userInfo } from 'node:os';
import type { Command } from 'commander';
import { cancelBackfill, pauseBackfill, resumeBackfill, type StateChange } from '../store/backfill-states.ts';
import type { Author } from '../store/audit.ts';
import { enqueueBackfill } from '../store/streams.ts';
import type { App } from '../app.ts';
import { findBackfill } from './backfill-show.ts';
import type { CommandContext } from './context.ts';
import { UsageError, type Words } from './terminal.ts';

interface Action {
  readonly name: 'pause' | 'resume' | 'cancel';
  readonly description: Words;
  readonly example: string;
  readonly takes?: readonly [flags: string, description: Words];
  apply(app: App, tenantId: string, id: string, author: Author, options: { readonly accept?: true }): Promise<StateChange | null>;
}

const ACTIONS: readonly Action[] = [
  {
    name: 'pause',
    description: {
      es: 'detenerla por ahora; lo guardado queda, y en segundos nadie sigue leyendo',
      en: 'stop it for now; what is stored stays, and within seconds nobody reads on',
    },
    example: "--reason 'el ERP está lento'",
    apply: (app, tenantId, id, author) => pauseBackfill(app.db, tenantId, id, author),
  },
  {
    name: 'resume',
    description: {
      es: 'seguir donde quedó; una que espera a su fuente la intenta de inmediato',
      en: 'go on where it stopped; one that waits for its source tries it at once',
    },
    example: '',
    takes: ['--accept', { es: 'los registros rechazados se quedan en cuarentena', en: 'the records that were refused stay in quarantine' }],
    apply: async (app, tenantId, id, author, { accept }) => {
      const change = await resumeBackfill(app.db, tenantId, id, author, accept ?? false);
      if (change?.changed === true) await enqueueBackfill(app.db, tenantId, id);
      return change;
    },
  },
  {
    name: 'cancel',
    description: { es: 'terminarla; lo que guardó queda', en: 'end it; what it has stored stays' },
    example: "--reason 'rango equivocado'",
    apply: (app, tenantId, id, author) => cancelBackfill(app.db, tenantId, id, author),
  },
];

export function stateCommands(backfill: Command, context: CommandContext): void {
  const { terminal } = context;
  for (const action of ACTIONS) {
    const command = backfill
      .command(action.name)
      .description(terminal.say(action.description))
      .argument('<id>', terminal.say({ es: 'relectura', en: 'backfill' }))
      .option('--reason <text>', terminal.say({ es: 'por qué, para la auditoría', en: 'why, for the audit' }), 'not stated');
    if (action.takes !== undefined) command.option(action.takes[0], terminal.say(action.takes[1]));
    command
      .addHelpText(
        'after',
        `\n${terminal.say({ es: 'Ejemplo', en: 'Example' })}:\n  kpi backfill ${action.name} 0b0e9c6e-… ${action.example}`.trimEnd(),
      )
      .action(async (id: string, options: { reason: string; accept?: true }) => {
        const app = await context.app();
        const row = await findBackfill(app, id);
        const author = { who: userInfo().username, reason: options.reason };
        const change = await action.apply(app, row.tenant_id, row.id, author, options);
        if (change === null || !change.changed)
          throw new UsageError(`backfill ${row.id} is ${change?.state ?? row.state}; there is nothing to ${action.name}`);
        terminal.document({ id: row.id, state: change.state, before: row.state });
        terminal.line(`${row.source} ${row.stream} ${row.id}: ${row.state} → ${change.state}`);
      });
  }
}
