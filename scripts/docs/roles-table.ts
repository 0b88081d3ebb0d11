/** The table of roles and actions in docs/authentication.md. */
import { type Action, actions, isAudited, permits, roles } from '../../src/auth/roles.ts';
import { renderTable } from './table.ts';

/** Returns a row for each action, and a column for each role that may do it. */
export const renderRoles = (): string =>
  renderTable(
    ['action', 'meaning', ...roles, 'audited'],
    Object.entries(actions).map(([action, [, meaning]]) => [
      `\`${action}\``,
      meaning,
      ...roles.map((role) => (permits(role, action as Action) ? 'yes' : '')),
      isAudited(action as Action) ? 'yes' : '',
    ]),
  );
