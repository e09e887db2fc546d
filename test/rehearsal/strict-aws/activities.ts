import { randomUUID } from 'node:crypto';
import type { Activity, Group, Member } from './group-state.ts';

/** Begins an activity of the group, or says how the last one of the instance went on. */
export function note(
  group: Group,
  member: Pick<Member, 'id'> | undefined,
  status: Activity['status'],
  message?: string,
  begin?: { description: string; cause: string },
) {
  if (begin) {
    group.activities.unshift({
      id: randomUUID(),
      ...begin,
      status,
      start: new Date(),
      ...(message && { message }),
      ...(member && { instance: member.id }),
    });
    return;
  }
  const activity = group.activities.find(({ instance }) => instance === member?.id);
  if (activity?.status === 'InProgress') Object.assign(activity, { status, ...(message && { message }) });
}
