import { UserError } from '../../shared/errors.ts'
import type { StudySpec } from '../../shared/study/spec.ts'
import { fittedWeights, readWeights } from '../runs/givenWeights.ts'
import type { WeightsFile } from '../runs/safetensorsFile.ts'
import type { NewCell, NewRun, StoreReads } from '../store/types.ts'
import type { StudyData } from './studyData.ts'

/*
 * A study whose runs begin with given weights: each run keeps them, as one that was started by hand does. Every network of the
 * cells is tried before one cell is stored. Cells that come later take the weights of a run that the study has, and look for
 * their source only where the study has no such run: then it must still be what it was.
 */

type Initial = NonNullable<NewRun['initial']>

interface Given {
  readonly read: StoreReads
  readonly data: StudyData
  /** Of a study that is stored. */
  readonly id?: string
}

/**
 * @returns the cells with what each begins with, and the spec with a record of what that was
 * @throws UserError where the weights cannot be read, are others than when the study began, or do not fit a network
 */
export async function withInitialWeights<T extends StudySpec>(
  spec: T,
  cells: readonly NewCell[],
  { read, data, id }: Given,
): Promise<{ readonly spec: T; readonly cells: readonly NewCell[] }> {
  const { initialWeights } = spec
  if (initialWeights === undefined || cells.length === 0) return { spec, cells }
  const { of, partly } = initialWeights
  const keyOf = ({ cell }: Pick<NewCell, 'cell'>): string => {
    const { model, dataset, seed } = cell.spec
    // Tensors that are drawn at random come of the seed.
    return JSON.stringify([model, dataset.name, partly ? seed : null])
  }
  const stored = id === undefined ? new Map<string, string>() : beginners(read, id, keyOf)
  const known = new Map<string, Initial>()
  let source: WeightsFile | undefined
  const initialOf = async (each: NewCell): Promise<Initial> => {
    const runId = stored.get(keyOf(each))
    const own = runId === undefined ? null : read.run(runId).initial
    if (runId !== undefined && own !== null) return { about: own, tensors: read.initialTensors(runId) }
    source ??= sameAsBefore(readWeights(read, of), initialWeights.sha256)
    const { meta } = await data.dataset(each.cell.spec.dataset.name)
    return fittedWeights(source, { spec: each.cell.spec, meta, partly })
  }
  const begun: NewCell[] = []
  for (const each of cells) {
    if (each.cell.after !== undefined) {
      begun.push(each)
      continue
    }
    const initial = known.get(keyOf(each)) ?? (await initialOf(each))
    known.set(keyOf(each), initial)
    begun.push({ ...each, run: { ...each.run, initial } })
  }
  const [first] = known.values()
  const about = first && { from: first.about.from, sha256: first.about.sha256 }
  return { spec: { ...spec, initialWeights: { ...initialWeights, ...about } }, cells: begun }
}

/** A run of the study for each network, that is still there. */
function beginners(
  read: StoreReads,
  id: string,
  keyOf: (each: Pick<NewCell, 'cell'>) => string,
): Map<string, string> {
  const there = read
    .studyCells(id)
    .filter(({ cell, info }) => cell.after === undefined && info.status !== 'deleted')
  return new Map(there.map((each) => [keyOf(each), each.info.runId]))
}

function sameAsBefore(found: WeightsFile, sha256: string | undefined): WeightsFile {
  if (sha256 === undefined || found.sha256 === sha256) return found
  throw new UserError(
    `While taking initial weights: ${found.name} has other content than the study began with (SHA-256 ${found.sha256.slice(0, 12)}…, not ${sha256.slice(0, 12)}…); put the first file back.`,
  )
}
