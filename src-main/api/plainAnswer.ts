export const plainText = 'text/plain; charset=utf-8'

/** An answer that is one sentence for a person: a refusal, or that there is nothing. */
export function plainAnswer(status: number, sentence: string): Response {
  const headers = { 'content-type': plainText, 'cache-control': 'no-store' }
  return new Response(`${sentence}\n`, { status, headers })
}
