declare module 'dynalite' {
  import type { Server } from 'node:http';

  /** Times in milliseconds. */
  function dynalite(options?: { createTableMs?: number }): Server;
  export = dynalite;
}
