import { wordsOf } from '../../shared/errors.ts'
import { type Answer, type Ask, pieceBytes } from './asks.ts'
import { Away, type Desk, TurnedAway } from './desk.ts'

/**
 * The host's end of a link of messages (asks.ts). Never rejects.
 * @param deskFor the desk of whoever asks; throws TurnedAway when nobody is there any more
 * @param onFault told what went wrong where it is neither of Away and TurnedAway
 */
export async function answerAsk(
  deskFor: () => Desk,
  request: Ask,
  signal: AbortSignal,
  onFault: (reason: string) => void,
): Promise<Answer> {
  try {
    return { type: 'answer', value: await resultOf(deskFor(), request, signal) }
  } catch (error) {
    const reason = wordsOf(error).slice(0, 2000)
    if (error instanceof TurnedAway) return { type: 'turnedAway', reason }
    if (!(error instanceof Away) && !signal.aborted) onFault(reason)
    return { type: 'away', reason }
  }
}

function resultOf(desk: Desk, request: Ask, signal: AbortSignal): Promise<unknown> {
  switch (request.method) {
    case 'attend':
      return desk.attend(request.request, signal)
    case 'start':
      return desk.start(request.request)
    case 'missingBlobs':
      return desk.missingBlobs(request.key, request.sha256)
    case 'putBlob':
      return desk.putBlob(request.key, request.sha256, request.bytes).then(() => null)
    case 'push':
      return desk.push(request.key, request.events)
    case 'end':
      return desk.end(request.end)
    case 'datasetManifest':
      return desk.datasetManifest(request.id)
    case 'datasetFile':
      return pieceOf(desk.datasetFile(request.id, request.name, request.from))
  }
}

/** The first bytes of what comes, up to a size that an answer holds well. */
async function pieceOf(bytes: AsyncIterable<Uint8Array>): Promise<{ bytes: Uint8Array; isLast: boolean }> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of bytes) {
    chunks.push(chunk)
    length += chunk.byteLength
    if (length >= pieceBytes) return { bytes: new Uint8Array(Buffer.concat(chunks)), isLast: false }
  }
  return { bytes: new Uint8Array(Buffer.concat(chunks)), isLast: true }
}
