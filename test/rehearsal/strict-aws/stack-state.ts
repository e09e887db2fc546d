import type { Members } from './aws-call.ts';
import type { PreparedUpdate } from './stack-operations.ts';
import type { ResolvedTemplate } from './stack-template.ts';

/** What the stand-in knows of a stack beyond moto. */
export interface StackState {
  id: string;
  name: string;
  /** As the caller gave it; moto has another one. */
  body: string;
  template: ResolvedTemplate;
  /** What DescribeStacks says while an operation runs. */
  running: { status: string; steps: number } | undefined;
  /** The last status, where it differs from moto's. */
  status: string | undefined;
  reason: string | undefined;
  failures: { status: string; reason: string; at: Date }[];
  /** moto's last description of a stack that is being deleted or is gone. */
  gone: Members | undefined;
  changeSets: Map<string, ChangeSet>;
}

export interface ChangeSet {
  id: string;
  name: string;
  /** Describing calls until it is there. */
  steps: number;
  /** Undefined for one without changes, which CloudFormation calls failed. */
  update: PreparedUpdate | undefined;
  changes: Members[];
}

export type Stacks = ReturnType<typeof createStacks>;

export function createStacks() {
  const byId = new Map<string, StackState>();
  let failure: string | undefined;
  return {
    byId,
    /** By its ARN for ever; by its name until it is gone. */
    find(nameOrId: string | undefined): StackState | undefined {
      if (nameOrId?.startsWith('arn:')) return byId.get(nameOrId);
      return [...byId.values()].find(({ name, gone, running }) => name === nameOrId && (!gone || running));
    },
    /** Lets the next operation on a stack fail, and CloudFormation roll it back. */
    failNext(reason: string) {
      failure = reason;
    },
    takeFailure(): string | undefined {
      const taken = failure;
      failure = undefined;
      return taken;
    },
    clear() {
      byId.clear();
      failure = undefined;
    },
  };
}
