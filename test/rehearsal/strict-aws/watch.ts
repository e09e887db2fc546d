import type { AwsCall } from './aws-call.ts';
import type { Forward } from './forwards.ts';
import type { Target } from './group-state.ts';
import type { World } from './world.ts';

/**
 * Looks whether the load balancer serves everybody, and writes down where it does not:
 * - a target group in a forward action has a healthy target, or, with weight 0, at least one that is being
 *   checked for the first time. AWS checks the targets of a group only once a rule names it, so this is the only
 *   way in. A group without a healthy target makes Route 53 find the whole load balancer unhealthy.
 *   Source: EvaluateTargetHealth in https://docs.aws.amazon.com/Route53/latest/APIReference/API_AliasTarget.html
 * - the healthy targets carry the share that the weight gives them.
 * - at most two versions serve.
 */
export async function watch(world: World): Promise<void> {
  for (const forward of await world.forwards()) look(world, forward);
}

function look(world: World, { targets }: Forward) {
  const violate = (message: string) => world.recorder.violate('invariant', message);
  const total = targets.reduce((sum, { weight }) => sum + weight, 0);
  const versions = new Set<string>();
  for (const { targetGroup, weight } of targets) {
    const registered = membersOf(world, targetGroup);
    const healthy = registered.filter(({ state }) => state === 'healthy');
    const warming = weight === 0 && registered.some(({ state }) => state === 'initial' || state === 'unused');
    if (healthy.length === 0) {
      if (!warming)
        violate(`${targetGroup} is in a forward action with weight ${weight}, without a healthy target`);
      continue;
    }
    const needed = weight === 0 ? 0 : Math.ceil((world.settings.capacityNeeded * weight) / total);
    if (healthy.length < needed) {
      violate(
        `${targetGroup} has ${healthy.length} healthy targets for ${weight} of ${total}, which needs ${needed}`,
      );
    }
    if (weight > 0) for (const { version } of healthy) versions.add(version);
  }
  if (versions.size > 2) violate(`${versions.size} versions serve at once: ${[...versions].join(', ')}`);
}

function membersOf(world: World, targetGroup: string): { version: string; state: Target['state'] }[] {
  return [...world.groups.values()].flatMap(({ members }) =>
    members.flatMap(({ version, targets }) => {
      const state = targets.get(targetGroup)?.state;
      return state ? [{ version, state }] : [];
    }),
  );
}

/** Services whose calls can change who serves. */
const watched = ['elasticloadbalancing', 'autoscaling', 'cloudformation', 'ec2'];

export async function watchAfter(world: World, call: AwsCall): Promise<void> {
  if (world.settings.watch && watched.includes(call.service)) await watch(world);
}
