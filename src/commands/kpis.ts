import type { Command } from 'commander';
import { readKpiCatalogue, type KpiDefinition } from '../store/kpi-catalogue.ts';
import type { CommandContext } from './context.ts';
import { UsageError } from './terminal.ts';

/** `kpi kpis`: what each number means. */
export function kpisCommand(program: Command, context: CommandContext): void {
  const { terminal } = context;
  program
    .command('kpis')
    .description('what each number means: definition, unit, source, formula, and the report it must agree with')
    .argument('[kpi]', 'one of them, in full')
    .addHelpText('after', '\nExample:\n  kpi kpis sales_by_day')
    .action((wanted: string | undefined) => {
      const all = readKpiCatalogue();
      const shown = wanted === undefined ? all : [requireKpi(all, wanted)];
      terminal.document(shown.map(toJson));
      for (const kpi of shown) {
        terminal.line(`${kpi.object}${kpi.kind === 'function' ? '(first_day, last_day)' : ''}  [${kpi.dashboards.join(', ')}]`);
        terminal.line(`  ${terminal.say({ es: kpi.comment, en: kpi.meaning })}`);
        if (wanted === undefined) continue;
        const rest = { Grain: kpi.grain, Unit: kpi.unit, Source: kpi.source, Formula: kpi.formula, 'Bad input': kpi.badInput };
        if (terminal.language === 'en') for (const [key, value] of Object.entries(rest)) terminal.line(`  ${key}: ${value}`);
        terminal.line(`  Debe cuadrar con: ${kpi.mustAgreeWith}`);
        terminal.line(`  migrations/kpi/${kpi.name}.sql`);
      }
    });
}

/** @throws UsageError when no KPI has this name, with or without its schema */
export function requireKpi(all: readonly KpiDefinition[], wanted: string): KpiDefinition {
  const found = all.find((kpi) => kpi.name === wanted || kpi.object === wanted);
  if (found === undefined) throw new UsageError(`there is no KPI "${wanted}"; there are: ${all.map((kpi) => kpi.name).join(', ')}`);
  return found;
}

function toJson(kpi: KpiDefinition) {
  const { name, object, kind, dashboards, meaning, grain, unit, source, formula, comment } = kpi;
  const rest = { must_agree_with: kpi.mustAgreeWith, bad_input: kpi.badInput, comment, file: `migrations/kpi/${name}.sql` };
  return { name, object, kind, dashboards, meaning, grain, unit, source, formula, ...rest };
}
