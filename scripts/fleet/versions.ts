/** A numbered launch template version: an image, user data and a commit. Never changed once it exists. */
export interface Version {
  number: number;
  image: string;
  commit: string | undefined;
  /** The version in package.json that the image was built from. */
  build: string | undefined;
  createdAt: string;
  description: string;
  /** Why it may not be released, a sentence each. */
  faults: string[];
}

export interface Versions {
  /** The newest first. */
  list(): Promise<Version[]>;
  /** Undefined if there is no such version. */
  find(number: number): Promise<Version | undefined>;
  create(version: { image: string; userData: string; description: string }): Promise<number>;
  remove(numbers: number[]): Promise<void>;
}
