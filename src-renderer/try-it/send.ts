import { pieceBytes } from '../../shared/api/predictions.ts'
import { api } from '../client.ts'
import { base64 } from '../components/base64.ts'
import { bytesOf, type Example } from './examples.ts'

/** Sends the files piece by piece, until all are sent or nobody waits any more. @param onShare 0..1 of the bytes */
export async function send(
  upload: string,
  examples: readonly Example[],
  onShare: (share: number) => void,
  isOver: () => boolean,
): Promise<void> {
  const total = bytesOf(examples)
  let sent = 0
  for (const [file, { name, content }] of examples.entries()) {
    // An empty file is sent too: the host says what is wrong with it.
    for (let at = 0; at === 0 || at < content.size; at += pieceBytes) {
      if (isOver()) return
      const piece = content.slice(at, at + pieceBytes)
      await api.predictions.upload.mutate({ upload, file, name, content: await base64(piece) })
      sent += piece.size
      onShare(sent / Math.max(1, total))
    }
  }
}
