import type { Handlers } from './behaviour.ts';
import type { World } from './world.ts';

/** Describing calls during which a copy is pending. */
const copyLooks = 2;

/** Images that are still being made. To moto every image is available at once. */
export function createImageHandlers(world: World): Handlers {
  const { ec2 } = world.moto;
  const { pendingImages } = world;
  return {
    async 'ec2.DescribeImages'({ params }) {
      const { Images = [], NextToken } = await ec2.describeImages(params);
      const found = Images.map((image) =>
        pendingImages.has(image.ImageId ?? '') ? { ...image, State: 'pending' } : image,
      );
      // A describing call is a step for them, too.
      for (const [id, steps] of pendingImages) {
        if (steps <= 1) pendingImages.delete(id);
        else pendingImages.set(id, steps - 1);
      }
      return { Images: found, NextToken };
    },
    // moto leaves the tags behind, and has the copy at once.
    async 'ec2.CopyImage'({ params }) {
      const { SourceImageId, SourceRegion, CopyImageTags, Name, Description } = params;
      const { ImageId = '' } = await ec2.copyImage({ SourceImageId, SourceRegion, Name, Description });
      const source = world.moto.ec2In(SourceRegion);
      const { Images: [original] = [] } = await source.describeImages({ ImageIds: [SourceImageId] });
      source.destroy();
      const Tags = CopyImageTags ? (original?.Tags ?? []) : [];
      if (Tags.length > 0) await ec2.createTags({ Resources: [ImageId], Tags });
      pendingImages.set(ImageId, copyLooks);
      return { ImageId };
    },
  };
}

export interface NewImage {
  name?: string;
  tags?: Record<string, string>;
  /** Describing calls on images during which it is `pending`. */
  pendingFor?: number;
}

/** An image of the account, as a bake would leave it. Resolves with its id. */
export async function addImage(world: World, { name, tags = {}, pendingFor = 0 }: NewImage): Promise<string> {
  const { ec2 } = world.moto;
  const { ImageId: id = '' } = await ec2.registerImage({
    Name: name ?? `inlet-${world.recorder.calls.length}`,
    RootDeviceName: '/dev/xvda',
  });
  const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  if (Tags.length > 0) await ec2.createTags({ Resources: [id], Tags });
  if (pendingFor > 0) world.pendingImages.set(id, pendingFor);
  return id;
}
