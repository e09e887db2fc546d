import {
  CreateTagsCommand,
  DeleteSnapshotCommand,
  DeregisterImageCommand,
  DescribeImagesCommand,
  type DescribeImagesCommandInput,
  type EC2Client,
  type Image,
} from '@aws-sdk/client-ec2';
import type { FleetImage, Images } from '../images.ts';

function toFleetImage(image: Image): FleetImage {
  const tag = (key: string) => image.Tags?.find(({ Key }) => Key === key)?.Value;
  return {
    id: image.ImageId ?? '',
    name: image.Name ?? '',
    state: image.State ?? '',
    createdAt: image.CreationDate ?? '',
    commit: tag('inlet:commit'),
    architecture: tag('inlet:architecture'),
    build: tag('inlet:version'),
  };
}

/** The account's own images that carry the tags of a bake. */
export function createEc2Images(ec2: EC2Client): Images {
  async function describe(input: DescribeImagesCommandInput): Promise<Image[]> {
    return (await ec2.send(new DescribeImagesCommand(input))).Images ?? [];
  }
  // By filter: asking for an id that does not exist is an error, and here just an answer.
  const findImage = async (id: string) =>
    (await describe({ Filters: [{ Name: 'image-id', Values: [id] }] }))[0];

  return {
    async find(id) {
      const image = await findImage(id);
      return image && toFleetImage(image);
    },
    async list() {
      const images = await describe({
        Owners: ['self'],
        Filters: [{ Name: 'tag-key', Values: ['inlet:commit'] }],
      });
      return images.map(toFleetImage).sort((one, other) => other.createdAt.localeCompare(one.createdAt));
    },
    async tag(id, tags) {
      const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
      if (Tags.length > 0) await ec2.send(new CreateTagsCommand({ Resources: [id], Tags }));
    },
    async remove(id) {
      const image = await findImage(id);
      if (image === undefined) return;
      const snapshots = (image.BlockDeviceMappings ?? []).flatMap(({ Ebs }) => Ebs?.SnapshotId ?? []);
      // EC2 refuses to delete a snapshot as long as an image uses it.
      await ec2.send(new DeregisterImageCommand({ ImageId: id }));
      for (const SnapshotId of snapshots) await ec2.send(new DeleteSnapshotCommand({ SnapshotId }));
    },
  };
}
