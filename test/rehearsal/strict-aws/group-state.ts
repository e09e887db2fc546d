/** How a load balancer finds a target. Source: https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetHealth.html */
export interface Target {
  port: number;
  state: 'unused' | 'initial' | 'healthy' | 'unhealthy' | 'draining';
  /** Steps since it got into that state. */
  age: number;
}

/** The part of Auto Scaling's lifecycle that the stand-in plays. */
export type LifecycleState =
  | 'Pending'
  | 'Pending:Wait'
  | 'InService'
  | 'EnteringStandby'
  | 'Standby'
  | 'Terminating'
  | 'Terminating:Wait';

/** An instance of a group. */
export interface Member {
  id: string;
  /** Number of the launch template version that it was started from. */
  version: string;
  template: { id: string; name: string };
  type: string;
  zone: string;
  state: LifecycleState;
  /** Steps since it got into that state. */
  age: number;
  health: 'Healthy' | 'Unhealthy';
  /** False once the machine is gone, whether Auto Scaling has noticed or not. */
  alive: boolean;
  protected: boolean;
  /** The lifecycle action that waits to be completed. */
  hook: { name: string; token: string; heartbeats: number } | undefined;
  /** Targets by target group, those that drain included. */
  targets: Map<string, Target>;
}

/** One entry of DescribeScalingActivities. */
export interface Activity {
  id: string;
  description: string;
  cause: string;
  status: 'InProgress' | 'Successful' | 'Failed' | 'Cancelled';
  message?: string;
  start: Date;
  instance?: string;
}

/** What the stand-in knows of a group beyond moto. moto's own group stays empty. */
export interface Group {
  name: string;
  /** Changes when moto makes the group anew, which it does where CloudFormation would update it. */
  arn: string;
  min: number;
  max: number;
  desired: number;
  members: Member[];
  activities: Activity[];
  deleting: boolean;
}

/** Instances that count towards the desired capacity: those on their way in, and those in service. */
export function activeMembers({ members }: Group): Member[] {
  return members.filter(({ state }) => state.startsWith('Pending') || state === 'InService');
}
