import { randomBytes } from 'node:crypto';
import { requireDatabase } from './databases.ts';
import { asText, closed, Refusal, text, type Body } from './refuse.ts';
import { route, type Route } from './route.ts';
import type { MetabaseState } from './state.ts';

/** Sessions, users, groups, keys, settings and rights. */
export function adminRoutes(state: MetabaseState): Route[] {
  const session = () => {
    const id = randomBytes(16).toString('hex');
    state.sessions.add(id);
    return { id };
  };
  return [
    route('GET', 'health', () => ({ status: 'ok' }), true),
    route('GET', 'session/properties', () => ({ 'setup-token': state.setupToken, version: { tag: 'v0.57.1' } }), true),
    route(
      'POST',
      'session',
      (_, body) => {
        const { username, password } = closed(body, ['username', 'password', 'remember'], ['username', 'password']);
        if (state.admin === null || username !== state.admin.email || password !== state.admin.password)
          throw new Refusal(401, { errors: { password: 'did not match stored password' } });
        return session();
      },
      true,
    ),
    route(
      'POST',
      'setup',
      (_, body) => {
        const { token, user } = closed(body, ['token', 'user', 'prefs', 'database', 'invite'], ['token', 'user', 'prefs']);
        if (state.setupToken === null || token !== state.setupToken)
          throw new Refusal(403, 'The /api/setup route can only be used to create the first user.');
        const { email, password } = closed(
          user,
          ['first_name', 'last_name', 'email', 'password', 'site_name'],
          ['email', 'password'],
          'user.',
        );
        if (String(password).length < 8) throw new Refusal(400, { errors: { password: 'password is too common.' } });
        state.admin = { email: String(email), password: String(password) };
        state.setupToken = null;
        return session();
      },
      true,
    ),
    route('GET', 'user/current', () => ({ id: 1, is_superuser: true })),
    route('POST', 'api-key', (_, body) => {
      const given = closed(body, ['name', 'group_id'], ['name', 'group_id']);
      const name = text(given, 'name');
      if ([...state.apiKeys.values()].some((key) => key.name === name))
        throw new Refusal(400, { errors: { name: 'An API key with this name already exists.' } });
      const key = `mb_${randomBytes(32).toString('base64')}`;
      state.apiKeys.set(key, { name, group: Number(given['group_id']) });
      return { id: state.id(), name, masked_key: `${key.slice(0, 7)}****`, unmasked_key: key };
    }),
    route('GET', 'setting/:name', ([name = '']) => {
      const value = state.settings.get(name);
      if (value === undefined || value === null) return undefined;
      return name === 'embedding-secret-key' ? `**********${asText(value).slice(-2)}` : value;
    }),
    route('PUT', 'setting/:name', ([name = ''], body) => {
      const { value } = closed(body, ['value']);
      if (state.fixed.has(name)) throw new Refusal(400, `You cannot set ${name}; it has been set by the environment.`);
      if (name === 'embedding-secret-key' && !/^[0-9a-f]{64}$/i.test(String(value)))
        throw new Refusal(400, 'Invalid embedding secret key, must be a 64 character hexadecimal string');
      state.settings.set(name, value);
      if (name === 'enable-embedding-static' && value === true && !state.settings.has('embedding-secret-key'))
        state.settings.set('embedding-secret-key', randomBytes(32).toString('hex'));
      return undefined;
    }),
    route('GET', 'permissions/graph', () => ({
      revision: state.permissions.revision,
      groups: { 1: Object.fromEntries(state.permissions.groups) },
    })),
    route('PUT', 'permissions/graph', (_, body) => {
      for (const [id, rights] of Object.entries(changed(body, state.permissions.revision))) {
        const given = closed(rights, ['view-data', 'create-queries', 'download', 'data-model', 'details'], [], 'groups.');
        if (given['view-data'] === 'blocked')
          throw new Refusal(402, 'Blocked data permissions are a paid feature not currently available.');
        state.permissions.groups.set(requireDatabase(state, Number(id)).id, { ...state.permissions.groups.get(Number(id)), ...given });
      }
      state.permissions.revision += 1;
      return { revision: state.permissions.revision };
    }),
    // "none" is left out of the answer, from v56.13 on.
    route('GET', 'collection/graph', () => ({
      revision: state.access.revision,
      groups: { 1: Object.fromEntries(state.access.groups), 2: { root: 'write' } },
    })),
    route('PUT', 'collection/graph', (_, body) => {
      for (const [id, right] of Object.entries(changed(body, state.access.revision))) {
        if (right === 'none') state.access.groups.delete(id);
        else state.access.groups.set(id, String(right));
      }
      state.access.revision += 1;
      return { revision: state.access.revision };
    }),
  ];
}

/** What a graph says of group 1. @throws Refusal 409 when it was made from an older one */
function changed(body: unknown, revision: number): Body {
  const graph = closed(body, ['revision', 'groups'], ['revision', 'groups']);
  if (graph['revision'] !== revision)
    throw new Refusal(
      409,
      'Looks like someone else edited the permissions and your data is out of date. Please fetch new data and try again.',
    );
  return ((graph['groups'] as Body)['1'] ?? {}) as Body;
}
