/** Builds an image from the work tree. */
export interface ImageBuilder {
  /** The id of the new image. Rejects with a FleetError that holds the last lines of what the builder said. */
  build(options: {
    commit: string;
    build: string;
    architecture: string;
    signal: AbortSignal;
    onLine(line: string): void;
  }): Promise<string>;
}
