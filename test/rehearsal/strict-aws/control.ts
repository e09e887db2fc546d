import { advance } from './advance.ts';
import type { Faults } from './faults.ts';
import type { ForwardHistory } from './forward-history.ts';
import { addImage, type NewImage } from './image-handlers.ts';
import type { CallListener } from './recorder.ts';
import { stepStacks } from './stack-handlers.ts';
import type { Stacks } from './stack-state.ts';
import type { Traffic } from './traffic.ts';
import { watch } from './watch.ts';
import type { Defect, World } from './world.ts';

interface ControlParts {
  world: World;
  stacks: Stacks;
  traffic: Traffic;
  faults: Faults;
  history: ForwardHistory;
}

/** A test's hand on the stand-in. Nothing of it is a call of the API, and nothing of it is recorded. */
export function createControl({ world, stacks, traffic, faults, history }: ControlParts) {
  const { recorder } = world;
  return {
    /** Every call so far, in order. */
    calls: recorder.calls,
    /** What must not be. A test ends with this empty. */
    violations: recorder.violations,
    /** Steps that things take. */
    pace: world.pace,
    settings: world.settings,
    /**
     * Told of every call before it is looked at, and after it took effect but before it is answered. One that
     * throws breaks the connection. The function returned ends it.
     */
    onCall(listener: CallListener) {
      recorder.listeners.add(listener);
      return () => recorder.listeners.delete(listener);
    },
    throttle: faults.throttle,
    expireCredentials: faults.expireCredentials,
    failNextStackOperation: stacks.failNext,
    addImage: (image: NewImage = {}) => addImage(world, image),
    putTraffic: traffic.put,
    /** Every weight that a rule ever had, in order. */
    forwardActions: () => history.records,
    /** Looks at the invariants now. */
    watch: () => watch(world),
    /** Lets time pass. */
    async step(steps = 1) {
      for (let step = 0; step < steps; step++) {
        stepStacks(stacks);
        await advance(world);
      }
    },
    /** Every instance of a launch template version has the defect from now on; undefined mends it. */
    breakVersion(version: number | string, defect: Defect | undefined = 'boot') {
      if (defect) world.versionDefects.set(String(version), defect);
      else world.versionDefects.delete(String(version));
    },
    breakInstance(id: string, defect: Defect | undefined = 'health') {
      if (defect) world.memberDefects.set(id, defect);
      else world.memberDefects.delete(id);
    },
    /** The machine is gone, without a word to anybody. */
    kill(id: string) {
      const found = world.member(id);
      if (!found) throw new Error(`${id} is in no group`);
      found.member.alive = false;
    },
    /** Instances as they are, by group. */
    instances(group?: string) {
      return [...world.groups.values()]
        .filter(({ name }) => group === undefined || name === group)
        .flatMap(({ name, members }) =>
          members.map(({ id, version, state, health, alive, zone, targets, hook }) => ({
            group: name,
            id,
            version,
            state,
            health,
            alive,
            zone,
            heartbeats: hook?.heartbeats ?? 0,
            targets: [...targets.values()].map((target) => target.state),
          })),
        );
    },
  };
}
