import type { Members } from './aws-call.ts';
import type { ExistingResource, ImportRefusal } from './existing-resources.ts';
import type { PreparedUpdate } from './stack-operations.ts';
import type { ResolvedTemplate } from './stack-template.ts';

/** What the stand-in knows of a stack beyond moto. */
export interface StackState {
  id: string;
  name: string;
  /** As the caller gave it; moto has another one. */
  body: string;
  template: ResolvedTemplate;
  /** What it took over. moto does not know that it belongs to the stack, so it is not deleted with it either. */
  imported: ExistingResource[];
  /** False as long as there are only change sets: moto has no such stack. */
  isMade: boolean;
  openedAt: Date;
  /** Whether the next look still sees a proposal: CloudFormation takes a moment to begin. */
  isLagging: boolean;
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
  type: 'CREATE' | 'UPDATE';
  isImporting: boolean;
  /** Undefined for one without changes, which CloudFormation calls failed. */
  update: PreparedUpdate | undefined;
  /** Why CloudFormation refuses it. */
  refusal: ImportRefusal | undefined;
  changes: Members[];
}

export type Stacks = ReturnType<typeof createStacks>;

export function createStacks() {
  const byId = new Map<string, StackState>();
  const earlierIds = new Map<string, string>();
  let failure: string | undefined;
  return {
    byId,
    /** By its ARN for ever; by its name until it is gone. */
    find(nameOrId: string | undefined): StackState | undefined {
      if (nameOrId?.startsWith('arn:')) return byId.get(earlierIds.get(nameOrId) ?? nameOrId);
      return [...byId.values()].find(({ name, gone, running }) => name === nameOrId && (!gone || running));
    },
    /** moto makes up another ARN when a stack that was opened is made; both lead to it from then on. */
    rename(stack: StackState, id: string) {
      byId.delete(stack.id);
      earlierIds.set(stack.id, id);
      stack.id = id;
      byId.set(id, stack);
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
      earlierIds.clear();
      failure = undefined;
    },
  };
}
