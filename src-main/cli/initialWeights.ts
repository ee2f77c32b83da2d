import path from 'node:path'
import type { z } from 'zod'
import { parseOrExplain, UserError } from '../../shared/errors.ts'
import { weightsSource } from '../../shared/run/initial.ts'

export type Source = z.infer<typeof weightsSource>

/** The options of a command that takes weights to begin with. */
interface Chosen {
  readonly initialWeights?: string | undefined
  readonly initialWeightsPartly: boolean
}

/**
 * What a run's file and the options say it begins with; undefined: random weights.
 * @param content the file: a run spec, and perhaps "initialWeights" beside its fields, as New run copies it
 * @returns the spec alone, too · @throws UserError where both say it, or a wrong thing
 */
export function splitWeights(
  content: unknown,
  { initialWeights, initialWeightsPartly }: Chosen,
  command: string,
): { readonly spec: unknown; readonly source: Source | undefined } {
  const told = sourceOf(initialWeights, initialWeightsPartly, command)
  if (typeof content !== 'object' || content === null || !('initialWeights' in content))
    return { spec: content, source: told }
  const { initialWeights: written, ...spec } = content
  if (told !== undefined)
    throw new UserError(
      `While reading the options of "anneal ${command}": the file says "initialWeights" too; leave one of the two out.`,
    )
  const { of, partly } = parseOrExplain(weightsSource, written, 'reading initialWeights of the run spec')
  return { spec, source: { of: absolute(of), partly } }
}

/** A study's file with its weights' path as seen from here. What is no study is left to its own check. */
export function withAbsoluteWeights(content: unknown): unknown {
  if (typeof content !== 'object' || content === null || !('initialWeights' in content)) return content
  const { data } = weightsSource.loose().safeParse(content.initialWeights)
  return data === undefined ? content : { ...content, initialWeights: { ...data, of: absolute(data.of) } }
}

/** A number is a snapshot's; "./12" is a file. */
function sourceOf(given: string | undefined, partly: boolean, command: string): Source | undefined {
  if (given !== undefined) {
    const of = /^\d{1,15}$/.test(given) ? { snapshotId: Number(given) } : { file: path.resolve(given) }
    return { of, partly }
  }
  if (!partly) return undefined
  throw new UserError(
    `While reading the options of "anneal ${command}": --initial-weights-partly needs --initial-weights; name the file or snapshot.`,
  )
}

const absolute = (of: Source['of']): Source['of'] => ('file' in of ? { file: path.resolve(of.file) } : of)
