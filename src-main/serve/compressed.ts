/** Below this many bytes it does not pay. */
const least = 4096

const types = /^(text\/(html|css|javascript)|application\/json|image\/svg\+xml)\b/

/**
 * Text of the window and long answers, compressed where the other side takes it: over an SSH tunnel they come several times
 * sooner, and over loopback it costs little. Files for the user to keep are sent as they are.
 */
export function compressed({ method, headers: asked }: Request, response: Response): Response {
  const { body, headers: given, status } = response
  // A batch whose parts are sent as they come: compressing would hold them back.
  if (given.has('transfer-encoding')) return response
  const isText = types.test(given.get('content-type') ?? '') && !given.has('content-disposition')
  if (!isText || body === null || method === 'HEAD' || status !== 200) return response
  if (Number(given.get('content-length') ?? least) < least) return response
  const headers = new Headers(given)
  headers.set('vary', 'accept-encoding')
  if (!/\bgzip\b/.test(asked.get('accept-encoding') ?? '')) return new Response(body, { status, headers })
  headers.delete('content-length')
  headers.set('content-encoding', 'gzip')
  return new Response(body.pipeThrough(new CompressionStream('gzip')), { status, headers })
}
