import {
  DeleteRuleCommand,
  DescribeListenersCommand,
  type ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Traffic, Weights } from '../traffic.ts';
import { findRule } from './alb-traffic.ts';

interface MoveRuleDeps {
  elb: ElasticLoadBalancingV2Client;
  loadBalancerArn: string;
  /** The listener that serves the app now. */
  listenerArn: string;
  traffic: Traffic;
}

/**
 * Puts the rule with the weights on the listener that serves, and takes it off any other. A stack that gets a
 * certificate serves on another listener than before: visitors are served by the old rule until the new one is
 * there, then redirected by what is below the old one.
 */
export async function moveRule(deps: MoveRuleDeps, weights: Weights): Promise<void> {
  const { elb, loadBalancerArn, listenerArn, traffic } = deps;
  if ((await traffic.read()) === undefined) await traffic.write(weights);
  const { Listeners = [] } = await elb.send(
    new DescribeListenersCommand({ LoadBalancerArn: loadBalancerArn }),
  );
  for (const { ListenerArn } of Listeners) {
    if (ListenerArn === listenerArn) continue;
    const rule = await findRule(elb, ListenerArn);
    if (rule?.RuleArn) await elb.send(new DeleteRuleCommand({ RuleArn: rule.RuleArn }));
  }
}
