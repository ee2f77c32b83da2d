import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type DataPreview, dataPreview, type PreviewOptions } from '../../../shared/data/preview.ts'
import { jobParts } from '../../process/jobParts.ts'
import { lookAt } from './index.ts'
import { firstLook } from './look.ts'

/**
 * What an import would find: a first look within a moment, then, where that was not all, a look at everything in a process
 * of its own, which ends with the signal or with whoever takes no more of it. Numbers never go back.
 * @throws UserError where nothing can be told · NoAnswer when the process dies or is cancelled
 */
export async function* previewData(
  options: PreviewOptions,
  signal?: AbortSignal,
): AsyncGenerator<DataPreview, void, undefined> {
  let seen = -1
  let isWhole = false
  // A first look unpacks nothing.
  for await (const preview of lookAt(options, firstLook, '')) {
    yield preview
    seen = preview.seen.count
    isWhole = preview.isWhole
  }
  if (isWhole) return
  const scratch = await mkdtemp(join(tmpdir(), 'anneal-preview-'))
  try {
    const request = { options, scratch }
    let held: DataPreview | undefined
    const parts = jobParts('preview', request, dataPreview, { ...(signal && { signal }) })
    for await (const preview of parts) {
      const isBack = preview.seen.count <= seen
      held = isBack ? preview : undefined
      if (isBack) continue
      seen = preview.seen.count
      yield preview
    }
    // A fault in the data may end the whole look where the first one had come to already.
    if (held !== undefined) yield held
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}
