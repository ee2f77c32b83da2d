import { existsSync } from 'node:fs'
import path from 'node:path'
import type { TensorflowState } from '../../../shared/api/lab.ts'
import { UserError } from '../../../shared/errors.ts'
import { sourcesFolder } from '../../process/plainNode.ts'
import { whyCudaIsAbsent } from '../cudaPackage.ts'
import { buildAddon } from './build.ts'
import { noTensorflow, readSetting, writeSetting } from './chosen.ts'
import { chosenHere, isBuilt, keptFolder } from './kept.ts'
import { tensorflowIn } from './pythonTensorflow.ts'
import { hasSources } from './sources.ts'

/* The user's own TensorFlow, as the doors and the look for devices ask for it. */

export function tensorflowState(): TensorflowState {
  const setting = readSetting(keptFolder()) ?? null
  const chosen = chosenHere()
  if (chosen.type === 'none') {
    return { setting, source: null, version: null, built: false, words: nothingChosen }
  }
  const { source } = chosen
  if (chosen.type === 'refused')
    return { setting, source, version: null, built: false, words: `${chosen.words}.` }
  const { version, folder, cudaFolders } = chosen.tensorflow
  const built = isBuilt(chosen.tensorflow)
  const where = `TensorFlow ${version} in ${folder}${cudaFolders.length > 0 ? ', with CUDA beside it' : ''}`
  const words = built ? `${where}; its addon is built.` : `${where}; its addon is not built yet.`
  return { setting, source, version, built, words }
}

const nothingChosen =
  'No Python environment with TensorFlow is set. For an NVIDIA GPU make one, install "tensorflow[and-cuda]" into it with pip, and name its folder.'

/**
 * Sets the environment once its addon is built.
 * @param environment null forgets the one that is set · @throws UserError that says what is missing and what to do
 */
export async function setTensorflow(
  environment: string | null,
  onBuild?: () => void,
): Promise<TensorflowState> {
  if (environment === null) {
    writeSetting(keptFolder(), undefined)
    return tensorflowState()
  }
  const place = path.resolve(environment)
  const tensorflow = tensorflowIn(place)
  if (typeof tensorflow !== 'object') throw new UserError(`${doing} ${tensorflow ?? noTensorflow(place)}.`)
  await buildAddon(tensorflow, { mayFetch: true, onBuild })
  writeSetting(keptFolder(), place)
  return tensorflowState()
}

const doing = 'While setting the Python environment with TensorFlow:'

/** Builds the addon for the environment that is found. @throws UserError where none is, or it cannot be built */
export async function buildTensorflow(onBuild?: () => void): Promise<TensorflowState> {
  const chosen = chosenHere()
  if (chosen.type === 'none') throw new UserError(`${doing} none is named and none is activated; ${nameIt}.`)
  if (chosen.type === 'refused') throw new UserError(`${doing} ${chosen.words}.`)
  await buildAddon(chosen.tensorflow, { mayFetch: true, onBuild })
  return tensorflowState()
}

const nameIt = 'run "anneal tensorflow FOLDER" with the folder of a Python environment'

/** Why there is no device cuda, as a part of a sentence, told without a process; undefined where it must be looked for. */
export function cudaIsAbsent(): string | undefined {
  const chosen = chosenHere()
  const packageAbsence = whyCudaIsAbsent(sourcesFolder())
  if (chosen.type === 'none') return packageAbsence
  if (chosen.type === 'refused') return chosen.words
  const { tensorflow } = chosen
  if (isBuilt(tensorflow) || hasSources(keptFolder()) || packageAbsence === undefined) return undefined
  return `TensorFlow ${tensorflow.version} is in ${tensorflow.folder} and its addon is not built: run "anneal tensorflow", or build it in Settings, Devices`
}

/**
 * Builds the addon anew where a version has changed since, of what is here.
 * @throws UserError that says what is missing and what to do
 */
export async function prepareTensorflow(): Promise<void> {
  const chosen = chosenHere()
  if (chosen.type !== 'found' || isBuilt(chosen.tensorflow) || !hasSources(keptFolder())) return
  await buildAddon(chosen.tensorflow, { mayFetch: false })
}

/** Whose TensorFlow a process would load now. */
export function tensorflowInUse(): { readonly version: string } | undefined {
  const chosen = chosenHere()
  return chosen.type === 'found' && isBuilt(chosen.tensorflow) ? chosen.tensorflow : undefined
}

const nodes = ['/dev/nvidiactl', '/dev/nvidia0', '/dev/dxg', '/dev/nvgpu', '/dev/nvmap']

/**
 * Whether "auto" looks whether TensorFlow has a GPU, which takes a process and seconds: not where TensorFlow is the user's
 * Python's and the machine shows no NVIDIA GPU.
 */
export const mayHaveCuda = (isThere: (node: string) => boolean = existsSync): boolean =>
  tensorflowInUse() === undefined || nodes.some(isThere)
