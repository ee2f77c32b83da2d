import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'

/** A file written in order, with the sha256 of what went in. */
export interface FileSink {
  write(bytes: Uint8Array): Promise<void>
  /** Flushes to the disk itself and closes. @returns sha256, hexadecimal */
  finish(): Promise<string>
  /** Closes without caring for the content. */
  abandon(): Promise<void>
}

const BUFFER_BYTES = 1 << 20

/** Creates `path`, which must not exist. Small writes are gathered into pieces of 1 MiB. */
export async function createFileSink(path: string): Promise<FileSink> {
  const file = await open(path, 'wx')
  const hash = createHash('sha256')
  const buffer = new Uint8Array(BUFFER_BYTES)
  let used = 0
  const put = async (bytes: Uint8Array): Promise<void> => {
    hash.update(bytes)
    for (let at = 0; at < bytes.length; )
      at += (await file.write(bytes, at, Math.min(bytes.length - at, 2 ** 28))).bytesWritten
  }
  const flush = async (): Promise<void> => {
    if (used > 0) await put(buffer.subarray(0, used))
    used = 0
  }
  return {
    async write(bytes) {
      if (used + bytes.length > BUFFER_BYTES) await flush()
      if (bytes.length > BUFFER_BYTES) return put(bytes)
      buffer.set(bytes, used)
      used += bytes.length
    },
    async finish() {
      await flush()
      await file.sync()
      await file.close()
      return hash.digest('hex')
    },
    abandon: () => file.close().catch(() => undefined),
  }
}
