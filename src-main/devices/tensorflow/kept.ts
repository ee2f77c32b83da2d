import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { homeFolder } from '../../homeFolder.ts'
import { packageVersion } from '../cudaPackage.ts'
import { type Chosen, chooseTensorflow } from './chosen.ts'
import { addonLayout, addonVariable } from './layout.ts'
import type { PythonTensorflow } from './pythonTensorflow.ts'

/*
 * Below the data folder:
 *
 *   tensorflow/environment.json       what the user has set
 *             /*.tgz                  sources from npm
 *             /addon-VERSIONS/        a built addon, whole or not there
 *             /building-PROCESS-N/    one that is being built
 */

let home: string | undefined

/** For a host whose data lies elsewhere than in its user's folder: said once, before it looks for devices. */
export function keepTensorflowIn(folder: string): void {
  home = folder
}

export const keptFolder = (): string => path.join(home ?? homeFolder(process.env), 'tensorflow')

/** The interface between Node and an addon that is built with these headers: the same in every Node of today. */
export const nodeApi = 8

/** Names all that an addon depends on: where one changes, another addon is built. */
export function addonName({ version, folder }: PythonTensorflow): string {
  // The addon finds its libraries by their path.
  const place = createHash('sha256').update(folder).digest('hex').slice(0, 8)
  return `addon-${packageVersion}-tensorflow-${version}-napi-${nodeApi}-${process.arch}-${place}`
}

export const addonFolder = (tensorflow: PythonTensorflow): string =>
  path.join(keptFolder(), addonName(tensorflow))

export const isBuilt = (tensorflow: PythonTensorflow): boolean =>
  existsSync(addonLayout(addonFolder(tensorflow)).binding)

export const chosenHere = (): Chosen => chooseTensorflow(keptFolder())

/** What a process needs that is to load the addon; nothing where none is built. What the user has set goes before. */
export function tensorflowEnvironment(): Record<string, string> {
  if (process.env[addonVariable] !== undefined) return {}
  const chosen = chosenHere()
  if (chosen.type !== 'found' || !isBuilt(chosen.tensorflow)) return {}
  const { tensorflow } = chosen
  const { LD_LIBRARY_PATH = '' } = process.env
  const libraryPath = [...tensorflow.cudaFolders, ...LD_LIBRARY_PATH.split(':').filter(Boolean)].join(':')
  return {
    [addonVariable]: addonFolder(tensorflow),
    // TensorFlow opens CUDA's libraries by their names alone, and the system reads this as a process begins.
    ...(tensorflow.cudaFolders.length > 0 && { LD_LIBRARY_PATH: libraryPath }),
  }
}
