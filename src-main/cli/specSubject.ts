import { z } from 'zod'
import { UserError } from '../../shared/errors.ts'
import { layersOf, outputLayer, readTopology } from '../../shared/model/topology.ts'
import type { TimingSubject } from '../../shared/run/deviceComparison.ts'
import { parseRunSpec, type RunSpec } from '../../shared/run/spec.ts'
import { EMBEDDED, embeddedClasses, findStored } from '../datasets/index.ts'
import { readJsonFile } from './files.ts'
import { splitWeights } from './initialWeights.ts'

type DataShape = Pick<TimingSubject, 'shape' | 'classes'>

/** The spec of a file as `anneal train` takes it; the initial weights that it may name change no time. @throws UserError */
export function readSpecFile(file: string, command: string): RunSpec {
  const content = readJsonFile(file, 'reading the run spec')
  return parseRunSpec(splitWeights(content, { initialWeightsPartly: false }, command).spec)
}

/**
 * The shape of what a spec trains on: of its data set in the lab, else what its model asks for. Nothing is stored.
 * @throws UserError where neither says it
 */
export async function dataShapeOf({ dataset: { name }, model }: RunSpec, home: string): Promise<DataShape> {
  if (name === EMBEDDED.name || name === EMBEDDED.id)
    return { shape: [...EMBEDDED.shape], classes: embeddedClasses.length }
  try {
    const { shape, classes } = await findStored(home, name)
    return { shape, classes: classes.length }
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    const own = model.kind === 'layers' ? shapeOfTopology(model.topology) : undefined
    if (own !== undefined) return own
    throw new UserError(
      `While timing the run spec: the lab has no data set "${name}" that could be read, and the model does not say its shape itself; import the data set, or give a shape with --dataset.`,
      { cause: error },
    )
  }
}

const batchShape = z.tuple([z.unknown()], z.int().min(1)).transform(([, ...shape]) => shape)
const units = z.int().min(2)

/** As the first layer wants it, and as many classes as the last layer with units has; undefined where it is left open. */
function shapeOfTopology(input: unknown): DataShape | undefined {
  const topology = readTopology(input)
  const layers = layersOf(topology)
  const last = [outputLayer(topology), ...layers.toReversed()].find(
    ({ config }) => config.units !== undefined,
  )
  const shape = batchShape.safeParse(layers[0]?.config.batch_input_shape).data ?? []
  const classes = units.safeParse(last?.config.units).data
  return shape.length === 0 || classes === undefined ? undefined : { shape, classes }
}
