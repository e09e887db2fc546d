/** A machine image that was baked from a commit. */
export interface FleetImage {
  id: string;
  name: string;
  /** `available` is the only state that instances can start from. */
  state: string;
  createdAt: string;
  commit: string | undefined;
  /** `amd64` or `arm64`. */
  architecture: string | undefined;
  build: string | undefined;
}

export interface Images {
  find(id: string): Promise<FleetImage | undefined>;
  /** Images that were baked by this project, the newest first. */
  list(): Promise<FleetImage[]>;
  tag(id: string, tags: Record<string, string>): Promise<void>;
  /** Takes the image and its snapshots away. Instances that were started from it go on. */
  remove(id: string): Promise<void>;
}
