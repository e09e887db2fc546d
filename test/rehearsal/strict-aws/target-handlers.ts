import type { TargetHealthDescription } from '@aws-sdk/client-elastic-load-balancing-v2';
import { advance } from './advance.ts';
import type { Members } from './aws-call.ts';
import type { Handlers } from './behaviour.ts';
import type { Target } from './group-state.ts';
import type { World } from './world.ts';

/** Source: https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetHealth.html */
const reasons: Record<Target['state'], Members> = {
  unused: {
    Reason: 'Target.NotInUse',
    Description: 'Target group is not configured to receive traffic from the load balancer',
  },
  initial: { Reason: 'Elb.InitialHealthChecking', Description: 'Initial health checks in progress' },
  healthy: {},
  unhealthy: { Reason: 'Target.FailedHealthChecks', Description: 'Health checks failed' },
  draining: {
    Reason: 'Target.DeregistrationInProgress',
    Description: 'Target deregistration is in progress',
  },
};

/** Target health that takes time. Targets that no group of the stand-in has are as moto says. */
export function createTargetHandlers(world: World): Handlers {
  const { loadBalancing } = world.moto;
  return {
    async 'elasticloadbalancing.DescribeTargetHealth'({ params }) {
      const arn: string = params.TargetGroupArn;
      const { TargetHealthDescriptions: described = [] } = await loadBalancing.describeTargetHealth({
        ...params,
        TargetGroupArn: arn,
      });
      const wanted: string[] | undefined = params.Targets?.map((target: Members) => target.Id);
      const own = ownTargets(world, arn, wanted);
      const others = described.filter(({ Target: target }) => !own.has(target?.Id ?? ''));
      if (world.settings.steps) await advance(world);
      return { TargetHealthDescriptions: [...own.values(), ...others] };
    },
    async 'elasticloadbalancing.DeregisterTargets'({ params }) {
      await loadBalancing.deregisterTargets(params as { TargetGroupArn: string; Targets: [] });
      for (const { Id } of params.Targets) {
        const target = world.member(Id)?.member.targets.get(params.TargetGroupArn);
        if (target) Object.assign(target, { state: 'draining', age: 0 });
      }
      return {};
    },
    async 'elasticloadbalancing.RegisterTargets'({ params }) {
      await loadBalancing.registerTargets(params as { TargetGroupArn: string; Targets: [] });
      const { TargetGroups = [] } = await loadBalancing.describeTargetGroups({
        TargetGroupArns: [params.TargetGroupArn],
      });
      for (const { Id, Port: port = TargetGroups[0]?.Port ?? 80 } of params.Targets) {
        world.member(Id)?.member.targets.set(params.TargetGroupArn, { port, state: 'initial', age: 0 });
      }
      return {};
    },
  };
}

function ownTargets(world: World, targetGroup: string, wanted: string[] | undefined) {
  const found = new Map<string, TargetHealthDescription>();
  for (const { members } of world.groups.values()) {
    for (const { id, targets } of members) {
      const target = targets.get(targetGroup);
      if (!target || !(wanted?.includes(id) ?? true)) continue;
      found.set(id, {
        Target: { Id: id, Port: target.port },
        HealthCheckPort: `${target.port}`,
        TargetHealth: { State: target.state, ...reasons[target.state] },
      });
    }
  }
  return found;
}
