/** Whether the process is on its way out. Shared by whoever behaves differently then. */
export interface Lifecycle {
  draining: boolean;
}
