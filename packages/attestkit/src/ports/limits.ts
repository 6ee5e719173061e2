/** What an address may do that costs more than a request: asked right before it is done. */
export interface EnrolmentLimits {
  /**
   * Whether one more device may enrol under a label that is free.
   *
   * @param address of the peer; undefined where the adapter knows none
   */
  newRecord(address: string | undefined): boolean | Promise<boolean>;
  /** Whether one more piece of evidence may be sent on to its vendor's service. */
  remote(address: string | undefined): boolean | Promise<boolean>;
}
