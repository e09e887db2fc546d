import type { Handlers, Refusals } from './behaviour.ts';
import { createChangeSetHandlers } from './change-set-handlers.ts';
import { createForwardRefusals } from './forward-refusals.ts';
import { createGroupHandlers } from './group-handlers.ts';
import { createGroupRefusals } from './group-refusals.ts';
import { createImageHandlers } from './image-handlers.ts';
import { createLifecycleHandlers } from './lifecycle-handlers.ts';
import { createMetricHandlers } from './metric-handlers.ts';
import { createParameterRefusals } from './parameter-refusals.ts';
import { createStackHandlers } from './stack-handlers.ts';
import { createStackOperations } from './stack-operations.ts';
import { createStackRefusals } from './stack-refusals.ts';
import type { Stacks } from './stack-state.ts';
import { createTargetHandlers } from './target-handlers.ts';
import { createTemplateHandlers } from './template-handlers.ts';
import { createTemplateRefusals } from './template-refusals.ts';
import type { Traffic } from './traffic.ts';
import type { World } from './world.ts';

/** What the stand-in refuses before moto sees it. */
export function createRefusals(world: World, stacks: Stacks): Refusals {
  return {
    ...createTemplateRefusals(world),
    ...createGroupRefusals(world),
    ...createForwardRefusals(world),
    ...createParameterRefusals(world),
    ...createStackRefusals(stacks),
  };
}

/** What the stand-in answers in moto's place. */
export function createHandlers(world: World, stacks: Stacks, traffic: Traffic): Handlers {
  const operations = createStackOperations(world, stacks);
  return {
    ...createGroupHandlers(world),
    ...createLifecycleHandlers(world),
    ...createTargetHandlers(world),
    ...createTemplateHandlers(world),
    ...createImageHandlers(world),
    ...createStackHandlers(world, stacks, operations),
    ...createChangeSetHandlers(stacks, operations),
    ...createMetricHandlers(traffic),
  };
}
