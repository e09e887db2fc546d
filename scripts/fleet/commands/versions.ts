import { table } from '../../table.ts';
import type { Fleet } from '../fleet.ts';
import type { Version } from '../versions.ts';

export interface ListedVersion extends Version {
  /** What the version is now: live, canary, warm, or nothing. */
  role: string;
}

/** Every version, the newest first, and what it is now. */
export async function listVersions(fleet: Fleet): Promise<ListedVersion[]> {
  const [versions, alias] = await Promise.all([fleet.versions.list(), fleet.alias.read()]);
  const roles = new Map([
    [alias?.previous?.version, 'before'],
    [alias?.canary?.version, 'canary'],
    [alias?.version, 'live'],
  ]);
  return versions.map((version) => ({ ...version, role: roles.get(version.number) ?? '' }));
}

export function describeVersions(versions: ListedVersion[]): string {
  const rows = versions.map(({ number, role, build, commit, image, createdAt }) => [
    `v${number}`,
    role,
    build ?? '?',
    commit?.slice(0, 7) ?? '?',
    image,
    createdAt.slice(0, 16).replace('T', ' '),
  ]);
  return table([['version', 'is', 'build', 'commit', 'image', 'made'], ...rows]);
}
