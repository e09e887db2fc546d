import {
  CreateRuleCommand,
  DeleteRuleCommand,
  DescribeRulesCommand,
  type ElasticLoadBalancingV2Client,
  ModifyRuleCommand,
  type Rule,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { FleetError } from '../fleet-error.ts';
import { type SlotName, slotNames } from '../slots.ts';
import type { Traffic, Weights } from '../traffic.ts';

interface AlbTrafficDeps {
  elb: ElasticLoadBalancingV2Client;
  listenerArn: string;
  targetGroups: Record<SlotName, string>;
}

/** The controller's rule on the listener. The stack's template does not know of it. */
const priority = 1000;

/** The controller's rule on a listener, if it is there. */
export async function findRule(
  elb: ElasticLoadBalancingV2Client,
  listenerArn: string | undefined,
): Promise<Rule | undefined> {
  const { Rules = [] } = await elb.send(new DescribeRulesCommand({ ListenerArn: listenerArn }));
  return Rules.find((rule) => rule.Priority === String(priority));
}

/** One listener rule for every path, whose forward action carries the weights. */
export function createAlbTraffic({ elb, listenerArn, targetGroups }: AlbTrafficDeps): Traffic {
  function slotOf(targetGroupArn: string | undefined): SlotName {
    const name = slotNames.find((slot) => targetGroups[slot] === targetGroupArn);
    if (name !== undefined) return name;
    throw new FleetError(
      `The listener rule of priority ${priority} forwards to ${targetGroupArn}, which is no slot.`,
      {
        advice: 'Somebody else made or changed this rule. Remove it, then run the command again.',
      },
    );
  }

  function toWeights(rule: Rule): Weights {
    const groups = rule.Actions?.find(({ Type }) => Type === 'forward')?.ForwardConfig?.TargetGroups ?? [];
    const total = groups.reduce((sum, { Weight = 1 }) => sum + Weight, 0) || 1;
    const shares = groups.map(({ TargetGroupArn, Weight = 1 }) => [
      slotOf(TargetGroupArn),
      Math.round((Weight * 100) / total),
    ]);
    return Object.fromEntries(shares) as Weights;
  }

  return {
    async read() {
      const rule = await findRule(elb, listenerArn);
      return rule && toWeights(rule);
    },
    async write(weights) {
      const TargetGroups = slotNames.flatMap((name) => {
        const weight = weights[name];
        return weight !== undefined ? [{ TargetGroupArn: targetGroups[name], Weight: weight }] : [];
      });
      const Actions = [{ Type: 'forward' as const, ForwardConfig: { TargetGroups } }];
      const rule = await findRule(elb, listenerArn);
      if (rule?.RuleArn) {
        await elb.send(new ModifyRuleCommand({ RuleArn: rule.RuleArn, Actions }));
        return;
      }
      const Conditions = [{ Field: 'path-pattern', PathPatternConfig: { Values: ['/*'] } }];
      await elb.send(
        new CreateRuleCommand({ ListenerArn: listenerArn, Priority: priority, Conditions, Actions }),
      );
    },
    async remove() {
      const rule = await findRule(elb, listenerArn);
      if (rule?.RuleArn) await elb.send(new DeleteRuleCommand({ RuleArn: rule.RuleArn }));
    },
  };
}
