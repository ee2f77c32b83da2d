import { mostSnapshotsAsked, predictionsUrl } from '../../shared/api/urls.ts'
import { type Part, parsePredictions, type ReadPredictions } from '../../shared/ensemble/predictions.ts'
import { UserError } from '../../shared/errors.ts'
import { hostFetch } from '../hostKey.ts'

/*
 * The stored answers of snapshots, asked for one by one and fetched many at a time: a request costs the browser
 * milliseconds, and a workbench may have hundreds of snapshots.
 */

interface Asked {
  readonly snapshotId: number
  readonly resolve: (found: ReadPredictions) => void
  readonly reject: (error: unknown) => void
}

const waiting: Readonly<Record<Part, Asked[]>> = { validation: [], test: [] }

export function loadPredictions(snapshotId: number, part: Part): Promise<ReadPredictions> {
  return new Promise((resolve, reject) => {
    waiting[part].push({ snapshotId, resolve, reject })
    // Whoever asks for several does so at once.
    if (waiting[part].length === 1) setTimeout(() => send(part))
  })
}

function send(part: Part): void {
  const asked = waiting[part].splice(0)
  for (let from = 0; from < asked.length; from += mostSnapshotsAsked)
    void fetchAll(asked.slice(from, from + mostSnapshotsAsked), part)
}

async function fetchAll(asked: readonly Asked[], part: Part): Promise<void> {
  try {
    const ids = asked.map(({ snapshotId }) => snapshotId)
    const response = await hostFetch(predictionsUrl(ids, part))
    if (!response.ok) throw refused(response.status, await response.text())
    const found = parsePredictions(await response.arrayBuffer(), ids.length)
    for (const [i, { resolve }] of asked.entries()) resolve(found[i] ?? null)
  } catch (error) {
    for (const { reject } of asked) reject(error)
  }
}

function refused(status: number, words: string): UserError {
  const said = words.split('\n', 1)[0]
  return new UserError(said || `While reading stored predictions: the host answered ${status}; try again.`)
}
