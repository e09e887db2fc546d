import type { AwsCall, Members } from './aws-call.ts';
import { AwsError } from './aws-error.ts';
import type { Refusals } from './behaviour.ts';
import { weightsOf } from './forwards.ts';
import type { World } from './world.ts';

/** What Elastic Load Balancing refuses in rules, and moto lets pass. */
export function createForwardRefusals(world: World): Refusals {
  const { loadBalancing } = world.moto;
  const check = async (loadBalancer: string, actions: Members[] = []) => {
    checkWeights(actions);
    await checkTargetGroups(world, loadBalancer, actions);
  };
  const rule = async (arn: string) => {
    // AWS: RuleNotFound, moto: nothing, for one that is gone.
    await loadBalancing.describeRules({ RuleArns: [arn] });
  };
  return {
    'elasticloadbalancing.CreateRule': ({ params }) =>
      check(loadBalancerOf(params.ListenerArn), params.Actions),
    'elasticloadbalancing.CreateListener': ({ params }) =>
      check(params.LoadBalancerArn, params.DefaultActions),
    'elasticloadbalancing.ModifyListener': ({ params }) =>
      check(loadBalancerOf(params.ListenerArn), params.DefaultActions),
    'elasticloadbalancing.ModifyRule': ({ params }) => check(loadBalancerOf(params.RuleArn), params.Actions),
    'elasticloadbalancing.DeleteRule': ({ params }: AwsCall) => rule(params.RuleArn),
  };
}

/** The ARNs of listeners and rules begin with their load balancer's names. */
function loadBalancerOf(arn: string): string {
  return arn
    .replace(/:listener(-rule)?\//, ':loadbalancer/')
    .split('/')
    .slice(0, 4)
    .join('/');
}

/** Source: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-action-types.html; the words are not documented. */
function checkWeights(actions: Members[]) {
  const targets = weightsOf(actions);
  const wrong = targets.find(({ weight }) => weight < 0 || weight > 999);
  if (wrong) {
    throw new AwsError('ValidationError', `Weight '${wrong.weight}' must be between 0 and 999 inclusive`);
  }
  // Source: "Target Groups per Action per Application Load Balancer" in the quotas, and the API model's TooManyTargetGroups.
  if (targets.length > 5) {
    throw new AwsError('TooManyTargetGroups', "You've reached the limit on the number of target groups.");
  }
}

async function checkTargetGroups(world: World, loadBalancer: string, actions: Members[]) {
  const { loadBalancing } = world.moto;
  const { LoadBalancers: [balancer] = [] } = await loadBalancing.describeLoadBalancers({
    LoadBalancerArns: [loadBalancer],
  });
  const elsewhere = (await world.forwards()).filter((forward) => forward.loadBalancer !== loadBalancer);
  for (const { targetGroup } of weightsOf(actions)) {
    const { TargetGroups: [found] = [] } = await loadBalancing.describeTargetGroups({
      TargetGroupArns: [targetGroup],
    });
    // Source: https://github.com/kubernetes-sigs/aws-load-balancer-controller/issues/1045
    if (found?.VpcId !== balancer?.VpcId) {
      throw new AwsError(
        'InvalidConfigurationRequest',
        `Target group '${targetGroup}' is in a different VPC than load balancer '${loadBalancer}'`,
      );
    }
    // Source: the API model's TargetGroupAssociationLimit: "You can use each target group with only one load balancer".
    if (elsewhere.some(({ targets }) => targets.some((target) => target.targetGroup === targetGroup))) {
      throw new AwsError(
        'TargetGroupAssociationLimit',
        `The following target groups cannot be associated with more than one load balancer: ${targetGroup}`,
      );
    }
  }
}
