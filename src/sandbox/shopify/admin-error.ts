import { GraphQLError } from 'graphql';

/** An error as the Admin API words it: `extensions.code` is what clients go by. */
export function adminError(code: string | null, message: string, extensions: Record<string, unknown> = {}): GraphQLError {
  return new GraphQLError(message, { extensions: { ...(code === null ? {} : { code }), ...extensions } });
}

/** What an app without this scope gets for a field. */
export function accessDenied(field: string, scope: string): GraphQLError {
  const requiredAccess = `\`${scope}\` access scope.`;
  return adminError('ACCESS_DENIED', `Access denied for ${field} field. Required access: ${requiredAccess}`, {
    documentation: 'https://shopify.dev/api/usage/access-scopes',
    requiredAccess,
  });
}
