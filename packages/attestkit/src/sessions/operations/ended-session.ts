/** Which session a refusal ended: the cause of the refusal, for the event. */
export class EndedSession extends Error {
  override readonly name = 'EndedSession';
  readonly recordId: string;
  readonly deviceId: string;
  readonly sessionId: string;

  constructor({ recordId, deviceId, sessionId }: Pick<EndedSession, 'recordId' | 'deviceId' | 'sessionId'>) {
    super('the session ended');
    this.recordId = recordId;
    this.deviceId = deviceId;
    this.sessionId = sessionId;
  }
}
