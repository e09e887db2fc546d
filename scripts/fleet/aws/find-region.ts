import { GetRoleCommand, type IAMClient, NoSuchEntityException } from '@aws-sdk/client-iam';

/**
 * The region that a fleet's stack is in, whatever region one asks in: roles are the same in all of them, and
 * the stack writes its region on the role of its instances. Undefined if there is no such fleet.
 */
export async function findRegion(iam: IAMClient, fleet: string): Promise<string | undefined> {
  try {
    const { Role } = await iam.send(new GetRoleCommand({ RoleName: `inlet-${fleet}-instance` }));
    return Role?.Tags?.find(({ Key }) => Key === 'inlet:region')?.Value;
  } catch (error) {
    if (error instanceof NoSuchEntityException) return undefined;
    throw error;
  }
}
