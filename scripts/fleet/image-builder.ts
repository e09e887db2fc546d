/** Builds an image from the work tree. */
export interface ImageBuilder {
  /** The new image, and tags that are known only once it is built. Rejects with a FleetError that holds the last lines of what the builder said. */
  build(options: {
    commit: string;
    build: string;
    architecture: string;
    signal: AbortSignal;
    onLine(line: string): void;
  }): Promise<{ id: string; tags: Record<string, string> }>;
}
