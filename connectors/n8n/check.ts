import { SourceError, type CheckFinding, type CheckReport, type ReadContext } from '#contract';
import { n8nClient } from './client.ts';
import type { RawWorkflow } from './raw.ts';
import { isInScope, isScoped, namesOf, ofNobody, tagPrefix, workflowsInScope } from './scope.ts';
import { accountKey, type N8nSettings } from './settings.ts';

const NEEDED = ['workflow:list', 'execution:list', 'execution:read'];

/** Says whether the key works, what it lacks, and what the numbers will silently miss. @throws SourceError when n8n cannot be reached */
export async function check(context: ReadContext<N8nSettings>): Promise<CheckReport> {
  const client = n8nClient(context);
  const { settings } = context;
  try {
    const scopes = await client.scopes();
    const missing = scopes === null ? [] : NEEDED.filter((scope) => !scopes.includes(scope));
    if (missing.length > 0) return report(null, [missingScopes(missing)]);
    // The whole list, not the tenant's part: what belongs to nobody can only be seen from there.
    const all = await workflowsInScope(client, { ...settings, tag: undefined, project_id: undefined });
    await client.list('executions', { limit: '1' });
    const own = all.rows.filter((row) => isInScope(row, settings));
    return report(accountKey(settings), [...scopeFindings(settings, all.rows, own), ...unsaved(own)]);
  } catch (error) {
    if (!(error instanceof SourceError) || error.kind !== 'config') throw error;
    return report(null, [{ level: 'error', code: error.code, message: error.message, advice: error.advice }]);
  }
}

/** n8n's public API does not state its release. */
function report(account: string | null, findings: readonly CheckFinding[]): CheckReport {
  return { account, version: null, findings };
}

function missingScopes(missing: readonly string[]): CheckFinding {
  return {
    level: 'error',
    code: 'missing_scope',
    message: `the API key lacks ${missing.join(', ')}`,
    advice: 'Create a key with these scopes in n8n under Settings > n8n API.',
  };
}

function scopeFindings(settings: N8nSettings, all: readonly RawWorkflow[], own: readonly RawWorkflow[]): CheckFinding[] {
  const findings: CheckFinding[] = [];
  if (own.length === 0) {
    findings.push({
      level: 'warning',
      code: isScoped(settings) ? 'scope_matches_nothing' : 'no_workflow',
      message: isScoped(settings) ? 'no workflow carries the tag or belongs to the project of this connection' : 'the key sees no workflow',
      advice: 'Tag the workflows of the tenant in n8n, or correct tag and project_id. n8n answers an unknown one with an empty list.',
    });
  }
  const prefix = tagPrefix(settings);
  const nobody = prefix === null ? [] : ofNobody(all, prefix);
  if (nobody.length > 0) {
    findings.push({
      level: 'warning',
      code: 'workflows_of_nobody',
      message: `${nobody.length} workflows carry no tag ${prefix}…, so they count for no tenant: ${namesOf(nobody)}`,
      advice: 'Tag them in n8n if they belong to a tenant.',
    });
  }
  return findings;
}

function unsaved(own: readonly RawWorkflow[]): CheckFinding[] {
  const silent = own.filter((row) => row.settings?.saveDataSuccessExecution === 'none');
  if (silent.length === 0) return [];
  return [
    {
      level: 'warning',
      code: 'successes_not_saved',
      message: `${silent.length} workflows do not save successful runs, so their success rate stays unknown: ${namesOf(silent)}`,
      advice: 'Set "Save successful production executions" to Save in the settings of these workflows.',
    },
  ];
}
