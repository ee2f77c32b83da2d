import { readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'

/*
 * TensorFlow for CUDA is an optional package with an addon that its installation downloads. What can be told of it
 * without loading it stands here, for the host as well as for the processes that load it.
 */

export const cudaPackage = '@tensorflow/tfjs-node-gpu'
/** The one that fits our tfjs-core. */
export const packageVersion = '4.22.0'

/** For a process that may load it; what the user has set goes before. */
export const cudaEnvironment = {
  // TensorFlow would take all of the GPU's memory as it starts.
  TF_FORCE_GPU_ALLOW_GROWTH: 'true',
  // The same run must end with the same bits: no sums in the order in which threads come.
  TF_DETERMINISTIC_OPS: '1',
} as const

/** What a GPU needs beside its driver. */
export interface CudaNeeds {
  readonly cuda: string
  readonly cudnn: string
  /** After "check the driver, ". */
  readonly both: string
}

/** @param isPython whether TensorFlow is that of the user's Python environment, and not the package's own */
export function cudaNeeds(isPython: boolean): CudaNeeds {
  const pip = 'the CUDA that pip install "tensorflow[and-cuda]" brings'
  if (isPython) return { cuda: pip, cudnn: pip, both: `and ${pip}` }
  return { cuda: 'CUDA 11.2', cudnn: 'cuDNN 8.1', both: 'CUDA 11.2 and cuDNN 8.1' }
}

export const rebuildIt = `"npm rebuild ${cudaPackage}" with a connection to the internet`
export const installIt = `install it with "npm install --no-save ${cudaPackage}@${packageVersion}"`

/** Why it cannot be loaded from `base`, as a part of a sentence; undefined where its addon is there. */
export function whyCudaIsAbsent(
  base: string,
  platform: string = process.platform,
  arch: string = process.arch,
): string | undefined {
  const folder = packageFolder(base)
  if (folder !== undefined) {
    return hasAddon(folder)
      ? undefined
      : `its package ${cudaPackage} is there without its addon, whose download failed or was not allowed: run ${rebuildIt}`
  }
  if (platform !== 'linux') {
    return `TensorFlow for CUDA is made for Linux only (on Windows: within WSL 2), and this is ${platform} on ${arch}`
  }
  return 'there is no TensorFlow: where there is an NVIDIA GPU, make a Python environment, install "tensorflow[and-cuda]" into it with pip, and name it in Settings or with "anneal tensorflow FOLDER"'
}

function packageFolder(base: string): string | undefined {
  try {
    return path.dirname(createRequire(base).resolve(`${cudaPackage}/package.json`))
  } catch {
    return undefined
  }
}

/** One folder for each version of Node's addon interface that it was built for. */
function hasAddon(folder: string): boolean {
  try {
    return readdirSync(path.join(folder, 'lib'), { recursive: true, encoding: 'utf8' }).some(
      (file) => path.basename(file) === 'tfjs_binding.node',
    )
  } catch {
    return false
  }
}
