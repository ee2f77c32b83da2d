import { countParameters } from '../../shared/model/parameterCount.ts'
import type { RunSpec } from '../../shared/run/spec.ts'
import { buildModel, type Model, type ModelInput, refuseLargeOutput, refuseOversize } from './models/index.ts'
import { prepareTopology } from './models/topology.ts'
import { sizeOfTopology } from './models/topologySize.ts'

/** Builds the model of a spec. What the device cannot hold is refused by its size, before any of it is allocated. */
export async function buildFitting(
  { model, optimizer, batchSize, seed }: RunSpec,
  input: ModelInput,
  memory: number,
): Promise<Model> {
  if (model.kind === 'layers') {
    const { parameters, largestOutput } = await sizeOfTopology(prepareTopology(model.topology, seed))
    refuseOversize(parameters, optimizer.kind, memory)
    refuseLargeOutput(largestOutput, batchSize, memory)
  } else refuseOversize(countParameters(model, input), optimizer.kind, memory)
  return buildModel(model, input, seed)
}
