import type { DemoWarehouse } from '../local/prepare-demo.ts';
import type { SandboxProcess } from '../local/sandbox-process.ts';
import { mapOrganization } from '../store/users.ts';
import { findTenant, type CommandContext } from './context.ts';

/** Reads the users from the simulated Clerk, and maps the organisations that do not say whose they are, as a person would. */
export async function demoUsers(context: CommandContext, warehouse: DemoWarehouse, { ready }: SandboxProcess): Promise<void> {
  const { secretKey, handMapped } = ready.clerk;
  const clerk = { ...context.config.clerk, secretKey, apiUrl: ready.urls['clerk'] ?? '' };
  const place = { url: warehouse.adminUrl, directUrl: warehouse.adminUrl, roleSecret: warehouse.roleSecret };
  const app = context.openApp({ ...context.config, clerk }, place);
  try {
    const read = await app.readUsers?.({ signal: AbortSignal.timeout(60_000), acceptDeletions: false });
    if (read?.problem != null) throw new Error(`the users could not be read: ${read.problem}`);
    for (const [organization, rut] of Object.entries(handMapped)) {
      await mapOrganization(app.db, organization, (await findTenant(app, rut)).id);
    }
  } finally {
    await app.close();
  }
}
