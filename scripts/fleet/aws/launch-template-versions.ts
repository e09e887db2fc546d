import { createHash } from 'node:crypto';
import {
  CreateLaunchTemplateVersionCommand,
  DeleteLaunchTemplateVersionsCommand,
  DescribeImagesCommand,
  type EC2Client,
  type Image,
  type LaunchTemplateVersion,
  paginateDescribeLaunchTemplateVersions,
} from '@aws-sdk/client-ec2';
import { FleetError } from '../fleet-error.ts';
import { launchTemplateFaults } from '../preflight/launch-template-faults.ts';
import type { Version, Versions } from '../versions.ts';

interface LaunchTemplateVersionsDeps {
  ec2: EC2Client;
  launchTemplateId: string;
  /** The version that the stack made, which new ones take network, role and disk from. */
  stackVersion: string;
}

const tagOf = (image: Image | undefined, key: string) => image?.Tags?.find(({ Key }) => Key === key)?.Value;

/** Versions of the launch template, with what the tags of their images say. */
export function createLaunchTemplateVersions(deps: LaunchTemplateVersionsDeps): Versions {
  const { ec2, launchTemplateId, stackVersion } = deps;

  async function imagesById(ids: string[]): Promise<Map<string | undefined, Image>> {
    // By filter, because asking for the id of an image that is gone is an error.
    const Filters = [{ Name: 'image-id', Values: ids }];
    const { Images = [] } = ids.length > 0 ? await ec2.send(new DescribeImagesCommand({ Filters })) : {};
    return new Map(Images.map((image) => [image.ImageId, image]));
  }

  async function list(): Promise<Version[]> {
    const found: LaunchTemplateVersion[] = [];
    const pages = paginateDescribeLaunchTemplateVersions(
      { client: ec2 },
      { LaunchTemplateId: launchTemplateId },
    );
    for await (const page of pages) found.push(...(page.LaunchTemplateVersions ?? []));
    const ids = found.flatMap(({ LaunchTemplateData }) => LaunchTemplateData?.ImageId ?? []);
    const images = await imagesById([...new Set(ids)]);
    return found
      .map((version) => {
        const id = version.LaunchTemplateData?.ImageId ?? '';
        const image = images.get(id);
        return {
          number: version.VersionNumber ?? 0,
          image: id,
          commit: tagOf(image, 'inlet:commit'),
          build: tagOf(image, 'inlet:version'),
          createdAt: version.CreateTime?.toISOString() ?? '',
          description: version.VersionDescription ?? '',
          faults: launchTemplateFaults(version.LaunchTemplateData ?? {}),
        };
      })
      .sort((one, other) => other.number - one.number);
  }

  return {
    list,
    async find(number) {
      return (await list()).find((version) => version.number === number);
    },
    async create({ image, userData, description }) {
      const { LaunchTemplateVersion } = await ec2.send(
        new CreateLaunchTemplateVersionCommand({
          LaunchTemplateId: launchTemplateId,
          SourceVersion: stackVersion,
          VersionDescription: description,
          LaunchTemplateData: { ImageId: image, UserData: Buffer.from(userData).toString('base64') },
          // The same image and script make the same version when an interrupted bake is run again.
          ClientToken: createHash('sha256').update(`${stackVersion}\n${image}\n${userData}`).digest('hex'),
        }),
      );
      return LaunchTemplateVersion?.VersionNumber ?? 0;
    },
    async remove(numbers) {
      if (numbers.length === 0) return;
      const { UnsuccessfullyDeletedLaunchTemplateVersions: failed = [] } = await ec2.send(
        new DeleteLaunchTemplateVersionsCommand({
          LaunchTemplateId: launchTemplateId,
          Versions: numbers.map(String),
        }),
      );
      // One that is gone already is what was wanted.
      const left = failed.filter(
        ({ ResponseError }) => ResponseError?.Code !== 'launchTemplateVersionDoesNotExist',
      );
      if (left.length === 0) return;
      const words = left.map(
        ({ VersionNumber, ResponseError }) => `v${VersionNumber}: ${ResponseError?.Message}`,
      );
      throw new FleetError(`Some versions could not be removed. ${words.join('; ')}`);
    },
  };
}
