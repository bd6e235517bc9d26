/** User and password, which are never part of the address: addresses are shown, logged and recorded. */
export interface QueueLogin {
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  /** Certificate of the authority that signed the server's, PEM; by default those that Node.js knows. */
  readonly ca?: string | undefined;
}
