/** A network that remembers what went over it, and answers what it is told. */
export function networkOf(answer: (request: Request) => Promise<Response> | Response) {
  const sent: Request[] = [];
  return {
    sent,
    fetch: async (request: Request) => {
      sent.push(request.clone());
      return await answer(request);
    },
  };
}
