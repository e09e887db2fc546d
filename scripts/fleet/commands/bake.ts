import type { Parameters } from '../aws/ssm-parameters.ts';
import type { Fleet } from '../fleet.ts';
import { FleetError } from '../fleet-error.ts';
import type { ImageBuilder } from '../image-builder.ts';
import type { FleetImage, Images } from '../images.ts';
import type { Plan, Step } from '../plan.ts';
import { pollUntil } from '../poll.ts';
import type { Versions } from '../versions.ts';

interface BakeOptions {
  deps: Pick<Fleet, 'clock'>;
  builder: ImageBuilder;
  images: Images;
  parameters: Parameters;
  /** Undefined as long as there is no stack: then the image is all that is made. */
  versions: Versions | undefined;
  source: { commit: string; build: string; architecture: string; isClean: boolean };
  userData: string;
  /** An image that exists already, such as a copy from another region. */
  image?: string | undefined;
  /** Called with the number of the new version. */
  onVersion(number: number): void;
}

/**
 * Plans to make an image of the commit, and a version from it. The image is named to the fleet only once it is
 * `available`. An image of the same commit that an interrupted bake left is taken. Throws a FleetError if the
 * work tree has changes that no commit holds.
 */
export async function planBake(options: BakeOptions): Promise<Plan> {
  const { images, source, image, versions } = options;
  if (image === undefined && !source.isClean) {
    throw new FleetError(
      'The work tree has changes that are not committed, so no commit could name the image.',
      {
        advice: 'Commit or stash them.',
      },
    );
  }
  const { commit, architecture } = source;
  const name = image ?? commit.slice(0, 7);
  const found = image === undefined ? await findBaked(images, commit, architecture) : undefined;
  const made = { id: image ?? found?.id };
  return {
    subject: `bake ${name}`,
    notes: [
      made.id
        ? `The image ${made.id}${found ? ` of this commit exists already (${found.state})` : ' is used as it is'}.`
        : `An image for ${architecture} is built from ${commit.slice(0, 7)}.`,
      ...(versions ? [] : ['There is no stack yet: `fleet up` makes version 1 from this image.']),
    ],
    steps: [
      ...(made.id ? [] : [buildImage(options, made)]),
      waitForImage(options, made),
      nameImage(options, made),
      ...(versions ? [makeVersion(options, versions, made)] : []),
    ],
  };
}

/** Where the steps before leave the id of the image. */
interface Made {
  id: string | undefined;
}

function idOf({ id }: Made): string {
  if (id === undefined) throw new FleetError('No image was built.');
  return id;
}

async function findBaked(images: Images, commit: string, architecture: string) {
  const isSame = (image: FleetImage) =>
    image.commit === commit &&
    image.architecture === architecture &&
    (image.state === 'available' || image.state === 'pending');
  return (await images.list()).find(isSame);
}

function buildImage({ builder, images, source }: BakeOptions, made: Made): Step {
  return {
    title: `Build the image for ${source.architecture}`,
    async run({ signal, progress, claim }) {
      const onLine = (line: string) => {
        progress(line);
        // Packer takes minutes. Whoever has taken over meanwhile is met at the next step.
        claim.beat().catch(() => undefined);
      };
      const { id, tags } = await builder.build({ ...source, signal, onLine });
      await images.tag(id, tags);
      made.id = id;
    },
  };
}

function waitForImage({ deps, images }: BakeOptions, made: Made): Step {
  return {
    title: 'Wait until the image is available',
    async run(context) {
      const id = idOf(made);
      const look = async () => {
        const image = await images.find(id);
        if (image === undefined) throw new FleetError(`There is no image ${id} in this region.`);
        if (image.state === 'available') return true;
        if (image.state !== 'pending') throw new FleetError(`The image ${id} is ${image.state}.`);
        return image.state;
      };
      await pollUntil(deps, context, look, {
        patienceMs: 60 * 60_000,
        failure: `The image ${id} does not become available`,
        advice: 'Run the command again to go on waiting.',
      });
    },
  };
}

function nameImage({ parameters }: BakeOptions, made: Made): Step {
  return {
    title: 'Name it as the newest image',
    async run() {
      if ((await parameters.get('image'))?.value === made.id) return;
      await parameters.put('image', idOf(made), { dataType: 'aws:ec2:image' });
    },
  };
}

function makeVersion({ source, userData, onVersion }: BakeOptions, versions: Versions, made: Made): Step {
  return {
    title: 'Make a version from it',
    async run({ progress }) {
      const description = `${source.build} ${source.commit.slice(0, 7)}`;
      const number = await versions.create({ image: idOf(made), userData, description });
      progress(`v${number}`);
      onVersion(number);
    },
  };
}
