import { z } from 'zod'
import type { RunSummary } from '../../../../shared/api/runs.ts'
import { weightsSource } from '../../../../shared/run/initial.ts'

/* What a run or a study begins with, as a field of text says it. */

export const draftWeights = z.object({
  /** "snapshot 12", "what run 3kq7 began with", or the path of a safetensors file; empty: random. */
  text: z.string(),
  /** Whether tensors that do not fit stay random. */
  partly: z.boolean(),
})
export type DraftWeights = z.infer<typeof draftWeights>
export const randomWeights: DraftWeights = { text: '', partly: false }

/** As the host takes it; undefined: random. */
export function weightsOf({ text, partly }: DraftWeights): z.infer<typeof weightsSource> | undefined {
  const given = text.trim()
  if (given === '') return undefined
  const run = /^what run (\S+) began with$/.exec(given)?.[1]
  if (run !== undefined) return { of: { runId: run }, partly }
  const number = /^(?:snapshot )?(\d{1,15})(?: of .*)?$/.exec(given)?.[1]
  return { of: number === undefined ? { file: given } : { snapshotId: Number(number) }, partly }
}

/** The text of a source; of what is none, random weights. */
export function draftOfWeights(source: unknown): DraftWeights {
  const { data } = weightsSource.loose().safeParse(source)
  if (data === undefined) return randomWeights
  const { of, partly } = data
  if ('file' in of) return { text: of.file, partly }
  return { text: 'runId' in of ? `what run ${of.runId} began with` : `snapshot ${of.snapshotId}`, partly }
}

/** Of a run that was given weights: the same, which the lab keeps with it. */
export const weightsOfRun = ({ id, initial }: Pick<RunSummary, 'id' | 'initial'>): DraftWeights =>
  initial === null ? randomWeights : draftOfWeights({ of: { runId: id } })
