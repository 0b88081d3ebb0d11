/** The least that guestkit's clients send: an echo, under an id that they choose. */
export const guestkitDocument = (job_id: string) => ({
  version: '1.0',
  job_id,
  kind: 'VMOperation',
  operation: 'system.echo',
  created_at: '2026-01-30T10:00:00Z',
  payload: { type: 'system.echo.v1', data: {} },
});
