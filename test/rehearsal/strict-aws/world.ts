import type { Members } from './aws-call.ts';
import { type Forward, readForwards } from './forwards.ts';
import type { Group, Member } from './group-state.ts';
import type { MotoClients } from './moto-clients.ts';
import type { Recorder } from './recorder.ts';

/**
 * What is wrong with an instance or a version: `boot` abandons the launch hook, `health` comes into service but
 * fails the load balancer's health checks, `dies` serves for a while and is then gone.
 */
export type Defect = 'boot' | 'health' | 'dies';

/** In steps: a step is one describing call on groups, their instances, target health or stacks. */
export interface Pace {
  /** From the start of the hook to its completion. */
  boot: number;
  /** From registration in a target group that a rule uses to the first verdict. */
  health: number;
  /** Of the deregistration, and of the termination hook. */
  drain: number;
  /** How long the load balancer may call an instance unhealthy before its group replaces it. */
  patience: number;
  /** Life in service of what `dies`. */
  life: number;
  /** How long a stack operation is in progress. */
  stack: number;
}

const defaultPace: Pace = { boot: 1, health: 1, drain: 1, patience: 1, life: 3, stack: 2 };

/** All that the stand-in remembers beside moto. */
export type World = ReturnType<typeof createWorld>;

export function createWorld(moto: MotoClients, recorder: Recorder) {
  const groups = new Map<string, Group>();
  const versionDefects = new Map<string, Defect>();
  const memberDefects = new Map<string, Defect>();
  const pace = { ...defaultPace };
  /** Numbers of the versions that are deleted, by launch template. */
  const deletedVersions = new Map<string, Set<number>>();
  /** What a call with that client token has made. */
  const clientTokens = new Map<string, Members>();
  /** Describing calls for which an image is still pending. */
  const pendingImages = new Map<string, number>();
  let forwards: Promise<Forward[]> | undefined;
  return {
    /** Every rule that forwards, as long as nothing has changed them. */
    forwards() {
      forwards ??= readForwards(moto);
      return forwards;
    },
    forgetForwards() {
      forwards = undefined;
    },
    deletedVersions,
    clientTokens,
    pendingImages,
    moto,
    recorder,
    groups,
    versionDefects,
    memberDefects,
    pace,
    settings: {
      /** Whether describing calls make time pass. */
      steps: true,
      /** Whether instances complete their hooks themselves. */
      hooks: true,
      /** Our own rule: a group names the number of a version, never `$Latest` or `$Default`. */
      numberedVersions: true,
      /** Whether the invariants of watch.ts are looked at after every call that changes something. */
      watch: true,
      /** Instances that all of the traffic needs. */
      capacityNeeded: 1,
    },
    defectOf: ({ id, version }: Member) => memberDefects.get(id) ?? versionDefects.get(version),
    member(id: string): { group: Group; member: Member } | undefined {
      for (const group of groups.values()) {
        const member = group.members.find((candidate) => candidate.id === id);
        if (member) return { group, member };
      }
      return undefined;
    },
    clear() {
      forwards = undefined;
      groups.clear();
      versionDefects.clear();
      memberDefects.clear();
      deletedVersions.clear();
      clientTokens.clear();
      pendingImages.clear();
      Object.assign(pace, defaultPace);
      Object.assign(this.settings, {
        steps: true,
        hooks: true,
        numberedVersions: true,
        watch: true,
        capacityNeeded: 1,
      });
    },
  };
}
