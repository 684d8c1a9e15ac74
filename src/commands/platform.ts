import type { Command } from 'commander';
import { changePlatform, readPlatform } from '../store/platform.ts';
import type { CommandContext } from './context.ts';
import { CURRENCY_DECIMALS } from '../store/currencies.ts';
import { UsageError } from './terminal.ts';

/** `kpi platform`: what holds for all companies together. */
export function platformCommands(program: Command, context: CommandContext): void {
  const { terminal } = context;
  const platform = program.command('platform').description('what holds for all companies together');
  platform
    .command('show')
    .description('the settings')
    .action(async () => {
      const { currency } = await readPlatform((await context.app()).db);
      terminal.document({ currency });
      terminal.line(`currency = ${currency}`);
    });
  platform
    .command('set')
    .description('change them; views follow at once')
    .argument('<currency=code>', 'currency in which sales of companies of different currencies are added')
    .action(async (change: string) => {
      const currency = /^currency=([A-Z]{3})$/.exec(change)?.[1];
      const currencyDecimals = CURRENCY_DECIMALS[currency ?? ''];
      if (currency === undefined || currencyDecimals === undefined)
        throw new UsageError(`"${change}" is no setting; write currency=CLP. Currencies: ${Object.keys(CURRENCY_DECIMALS).join(', ')}`);
      const app = await context.app();
      await changePlatform(app.db, { currency, currencyDecimals });
      terminal.document({ currency });
      terminal.line(`currency = ${currency}`);
    });
}
