/**
 * What may be done for one address, counted right before the work or the growth, and not when the request comes in. The guard
 * gives it to sessions; the buckets are in this process's memory.
 */
export interface EnrollmentLimits {
  /**
   * Counts one new device record: asked once, right before a record is made if there was none, after the evidence has
   * been verified and before the challenge is consumed.
   *
   * @param address `request.ip`; undefined if the adapter does not know it
   * @returns false if the address has had as many as it may: refused with 429
   */
  newRecord(address: string | undefined): boolean | Promise<boolean>;
  /**
   * Counts one call to another service (Google, Firebase) that evidence of this address costs: asked right before the
   * challenge is consumed for it.
   *
   * @param address `request.ip`; undefined if the adapter does not know it
   * @returns false if the address has had as many as it may: refused with 429
   */
  remote(address: string | undefined): boolean | Promise<boolean>;
}
