/** Who makes a request, as a key or a token says. */
export interface Caller {
  /** For logs and metrics: the id of the key, or the client or subject of the token. Never a secret. */
  id: string;
  scopes: readonly string[];
  /** The name of its usage plan. Without one it has no limit of its own. */
  plan?: string | undefined;
}
