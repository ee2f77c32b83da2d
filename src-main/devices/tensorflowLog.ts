import type { CudaNeeds } from './cudaPackage.ts'

/*
 * TensorFlow falls back to the processor without an error, and dies where the GPU's memory is full. The only place where
 * it says which GPU it has, and what is missing, is its log on standard error.
 */

export interface TensorflowLog {
  /** "NVIDIA H100 80GB HBM3" */
  readonly gpu: string | undefined
  readonly isOutOfMemory: boolean
  /** Why there is no GPU, and what to do, as a part of a sentence. */
  readonly whyNoGpu: string
  readonly needs: CudaNeeds
}

export function readTensorflowLog(log: string, needs: CudaNeeds): TensorflowLog {
  const name = /Created device \S+GPU:\d+ with .*\bname: ([^,\n]+),/.exec(log)?.[1]
  return {
    gpu: name === undefined || name.startsWith('NVIDIA') ? name : `NVIDIA ${name}`,
    isOutOfMemory: outOfMemory.test(log),
    whyNoGpu: whyNoGpu(log, needs),
    needs,
  }
}

const outOfMemory = /CUDA_ERROR_OUT_OF_MEMORY|OOM when allocating/

function whyNoGpu(log: string, needs: CudaNeeds): string {
  const missing = [...log.matchAll(/Could not load dynamic library '([^']+)'/g)].map(([, file = '']) => file)
  if (missing.length > 0) {
    const parts = new Set(missing.map((file) => partOf(file, needs)))
    return `TensorFlow does not find ${missing.join(', ')}: install ${[...parts].join(' and ')}`
  }
  const refused = /failed call to cuInit: [^\n]*?\b(CUDA_ERROR_\w+|UNKNOWN ERROR)/.exec(log)?.[1]
  if (refused !== undefined) {
    return `CUDA does not start (${refused}): check that the NVIDIA GPU is there and its driver is loaded`
  }
  return `TensorFlow finds no NVIDIA GPU that it can use: check its driver, ${needs.both}`
}

/** What brings a library, on Linux (libcudnn.so.8) and Windows (cudnn64_8.dll). */
function partOf(file: string, { cuda, cudnn }: CudaNeeds): string {
  if (/^(libcuda\.|nvcuda)/.test(file)) return 'the NVIDIA driver'
  return /cudnn/.test(file) ? cudnn : cuda
}
