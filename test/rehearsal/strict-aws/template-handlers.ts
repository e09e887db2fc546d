import type { Members } from './aws-call.ts';
import type { Handlers } from './behaviour.ts';
import { pickVersion, readVersions } from './template-versions.ts';
import type { World } from './world.ts';

/** Most versions of a page. Source: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeLaunchTemplateVersions.html */
const pageSize = 200;

/**
 * Launch template versions as EC2 has them: made from a source version, made once per client token, listed in
 * pages, and deleted. moto does none of it.
 */
export function createTemplateHandlers(world: World): Handlers {
  const { ec2 } = world.moto;
  const { deletedVersions, clientTokens } = world;
  return {
    async 'ec2.CreateLaunchTemplateVersion'({ params }) {
      const { ClientToken, SourceVersion, LaunchTemplateData, ...rest } = params;
      const made = ClientToken && clientTokens.get(ClientToken);
      if (made) return { LaunchTemplateVersion: made };
      const source = SourceVersion
        ? pickVersion(await readVersions(world, params), SourceVersion).LaunchTemplateData
        : {};
      const answer = await ec2.createLaunchTemplateVersion({
        ...rest,
        LaunchTemplateData: { ...source, ...LaunchTemplateData },
      });
      const version = answer.LaunchTemplateVersion as Members;
      if (ClientToken) clientTokens.set(ClientToken, version);
      return { LaunchTemplateVersion: version, Warning: answer.Warning };
    },
    async 'ec2.DescribeLaunchTemplateVersions'({ params }) {
      if (!params.LaunchTemplateId && !params.LaunchTemplateName) {
        return { ...(await ec2.describeLaunchTemplateVersions(params)) };
      }
      const all = await readVersions(world, params);
      const wanted: string[] | undefined = params.Versions?.length ? params.Versions : undefined;
      const found = wanted
        ? wanted.map((version) => pickVersion(all, version))
        : all.filter(({ VersionNumber: number = 0 }) => {
            return (
              number >= Number(params.MinVersion ?? 0) && number <= Number(params.MaxVersion ?? Infinity)
            );
          });
      const from = Number(params.NextToken ?? 0);
      const to = from + (params.MaxResults ?? pageSize);
      return {
        LaunchTemplateVersions: found.slice(from, to),
        ...(to < found.length && { NextToken: String(to) }),
      };
    },
    async 'ec2.DeleteLaunchTemplateVersions'({ params }) {
      const all = await readVersions(world, params);
      const [any] = all;
      const id = any?.LaunchTemplateId ?? '';
      const SuccessfullyDeletedLaunchTemplateVersions: Members[] = [];
      const UnsuccessfullyDeletedLaunchTemplateVersions: Members[] = [];
      for (const wanted of params.Versions as string[]) {
        const VersionNumber = Number(wanted);
        const item = { LaunchTemplateId: id, LaunchTemplateName: any?.LaunchTemplateName, VersionNumber };
        const version = all.find((candidate) => candidate.VersionNumber === VersionNumber);
        if (version) {
          deletedVersions.set(id, (deletedVersions.get(id) ?? new Set()).add(VersionNumber));
          SuccessfullyDeletedLaunchTemplateVersions.push(item);
        } else {
          // Source of the code: LaunchTemplateErrorCode in the API model.
          const Code = 'launchTemplateVersionDoesNotExist';
          const Message = `The specified launch template version ${wanted} does not exist.`;
          UnsuccessfullyDeletedLaunchTemplateVersions.push({ ...item, ResponseError: { Code, Message } });
        }
      }
      return { SuccessfullyDeletedLaunchTemplateVersions, UnsuccessfullyDeletedLaunchTemplateVersions };
    },
  };
}
