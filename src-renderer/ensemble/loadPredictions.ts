import { predictionsUrl } from '../../shared/api/urls.ts'
import { type Part, parsePredictions } from '../../shared/ensemble/predictions.ts'
import { UserError } from '../../shared/errors.ts'
import { hostFetch } from '../hostKey.ts'
import type { Batch } from './loadAnswers.ts'

/** One part of what some snapshots answered, as it is stored. @throws UserError when the host refuses, or sends something else */
export async function loadPredictions(
  snapshotIds: readonly number[],
  part: Part,
  signal: AbortSignal,
): Promise<Batch> {
  const bytes = await readBytes(predictionsUrl(snapshotIds, part), signal)
  return { found: parsePredictions(bytes, snapshotIds.length), bytes: bytes.byteLength }
}

/** @throws UserError with the words of the host when it refuses */
export async function readBytes(url: string, signal: AbortSignal): Promise<ArrayBuffer> {
  const response = await hostFetch(url, { signal })
  if (!response.ok) throw refused(response.status, await response.text())
  return await response.arrayBuffer()
}

function refused(status: number, words: string): UserError {
  const said = words.split('\n', 1)[0]
  return new UserError(said || `While reading stored predictions: the host answered ${status}; try again.`)
}
