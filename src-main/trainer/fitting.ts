import type { RunSpec } from '../../shared/run/spec.ts'
import { buildModel, countParameters, type Model, type ModelInput, refuseOversize } from './models/index.ts'

/** Builds the model of a spec; refuses what the device cannot hold before it tries, where the size is known by then. */
export async function buildFitting(
  { model, optimizer, seed }: RunSpec,
  input: ModelInput,
  memory: number,
): Promise<Model> {
  refuseOversize(countParameters(model, input) ?? 0, optimizer.kind, memory)
  const built = await buildModel(model, input, seed)
  try {
    refuseOversize(built.parameterCount, optimizer.kind, memory)
    return built
  } catch (error) {
    built.dispose()
    throw error
  }
}
