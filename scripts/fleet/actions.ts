import { type ActionDeps, createActionContext } from './action-context.ts';
import type { Actions } from './program.ts';
import { createReleaseActions } from './release-actions.ts';
import { createStackActions } from './stack-actions.ts';

export type { ActionDeps };

/** What each command does, with everything that it needs put together. */
export function createActions(deps: ActionDeps): Actions {
  const common = createActionContext(deps);
  return { ...createStackActions(common), ...createReleaseActions(common) };
}
