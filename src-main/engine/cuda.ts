import { createRequire } from 'node:module'
import { availableParallelism } from 'node:os'
import { z } from 'zod'
import { wordsOf } from '../../shared/errors.ts'
import {
  cudaEnvironment,
  cudaNeeds,
  cudaPackage,
  installIt,
  rebuildIt,
  whyCudaIsAbsent,
} from '../devices/cudaPackage.ts'
import { noGpuMemory } from '../devices/noGpuMemory.ts'
import { addonVariable } from '../devices/tensorflow/layout.ts'
import { mendKernels } from './tensorflow/mend.ts'
import * as tf from './tf.ts'

/*
 * TensorFlow through its addon. That it loads says nothing of a GPU: without CUDA it falls back to the processor, and
 * only the backend, asked, tells.
 */

const nodeBackend = z.looseObject({
  isUsingGpuDevice: z.boolean(),
  binding: z.looseObject({ TF_Version: z.string() }),
})

interface LoadedTensorflow {
  readonly isGpu: boolean
  /** "TensorFlow", and which where it is the user's own. */
  readonly name: string
}

/** Whether TensorFlow is the user's own, of a Python environment. */
const isPython = (): boolean => process.env[addonVariable] !== undefined
const needs = (): string => cudaNeeds(isPython()).both
const again = (): string => (isPython() ? '"anneal tensorflow"' : rebuildIt)

/**
 * Loads the addon, makes it tfjs's backend and lets it compute something.
 * @returns whether it runs on a GPU · @throws Error that says what is missing and what to do
 */
export async function loadCuda(): Promise<LoadedTensorflow> {
  const addon = process.env[addonVariable]
  const absence = addon === undefined ? whyCudaIsAbsent(import.meta.url) : undefined
  if (absence !== undefined) throw new Error(absence)
  const require = createRequire(import.meta.url)
  putBackNullCheck(require)
  for (const [name, value] of Object.entries(cudaEnvironment)) process.env[name] ??= value
  try {
    if (addon === undefined) require(cudaPackage)
    else (await import('./tensorflow/addon.ts')).registerAddon(addon)
  } catch (error) {
    throw new Error(whyNotLoaded(wordsOf(error)), { cause: error })
  }
  const current: unknown = tf.findBackend('tensorflow')
  const backend = nodeBackend.safeParse(current)
  if (!backend.success || !(await tf.setBackend('tensorflow'))) {
    throw new Error(`its package is not the one that fits: ${installIt}`)
  }
  mendKernels(current)
  await compute()
  const { isUsingGpuDevice, binding } = backend.data
  return {
    isGpu: isUsingGpuDevice,
    name: addon === undefined ? 'TensorFlow' : `TensorFlow ${binding.TF_Version}`,
  }
}

export const processorWords = (): string => {
  const threads = availableParallelism()
  return `TensorFlow on the processor, ${threads} ${threads === 1 ? 'thread' : 'threads'}`
}

/** Node 23 took away what nearly every operation of the package calls. */
function putBackNullCheck(require: NodeJS.Require): void {
  const util: unknown = require('node:util')
  if (typeof util !== 'object' || util === null || 'isNullOrUndefined' in util) return
  Reflect.set(util, 'isNullOrUndefined', (value: unknown) => value === undefined || value === null)
}

/** A product and a convolution: what CUDA's libraries, its memory and the card must be there for. */
async function compute(): Promise<void> {
  try {
    const outcome = tf.tidy(() => {
      const square = tf.ones<tf.Rank.R2>([2, 2])
      const image = tf.ones<tf.Rank.R4>([1, 2, 2, 1])
      const covered = tf.conv2d(image, tf.ones<tf.Rank.R4>([2, 2, 1, 1]), 1, 'valid')
      return tf.add(tf.sum(tf.matMul(square, square)), tf.sum(covered))
    })
    const [value] = await outcome.data<'float32'>()
    outcome.dispose()
    if (value !== 12) throw new Error(`8 and 4 make ${value}`)
  } catch (error) {
    throw new Error(whyNotComputed(wordsOf(error)), { cause: error })
  }
}

const firstLine = (text: string): string => text.trim().split('\n', 1)[0]?.slice(0, 200) ?? ''

/** What the addon says where memory cannot be had: at its first line a number, then TensorFlow's own words. */
const outOfMemory = /CUDA_ERROR_OUT_OF_MEMORY|out of memory|OOM when allocating|Invalid TF_Status: 8\b/i

function whyNotLoaded(message: string): string {
  if (outOfMemory.test(message)) return noGpuMemory
  if (/native addon module/.test(message)) {
    return `its package has no addon for this Node (${process.version}): run ${again()}`
  }
  if (/TFE_Context/.test(message)) {
    return `TensorFlow cannot start on the GPU: check the NVIDIA driver, ${needs()}`
  }
  if (/^Cannot find module/.test(message)) {
    return `its package lacks a part (${firstLine(message)}): ${installIt}`
  }
  // The names of what the loader of Linux or Windows did not find, also those of the driver.
  const library = /(lib(?:cu|nv)\S*?|\b(?:cu|nv)\w+\.dll)(?=[:\s]|$)/.exec(message)?.[1]
  if (library !== undefined) {
    return `its addon cannot be loaded (${library} is missing): install ${needs()}`
  }
  // Where it lies is said first, and tells nothing.
  const words = firstLine(message.replace(/^\S+\.node: /, ''))
  return `its addon cannot be loaded (${words}): run ${again()}`
}

function whyNotComputed(message: string): string {
  if (outOfMemory.test(message)) return noGpuMemory
  const words = message.replace(/^Invalid TF_Status: \d+\s+Message: /, '')
  return `TensorFlow starts and cannot compute (${firstLine(words)}): check the NVIDIA driver, ${needs()}`
}

/** What TensorFlow means when it throws in the middle of training, in words for the user; undefined for other errors. */
export function explainTensorflow(error: unknown): string | undefined {
  if (!(error instanceof Error) || !error.message.startsWith('Invalid TF_Status: ')) return undefined
  if (outOfMemory.test(error.message)) {
    return 'While training: the GPU has no memory left for this run, so it was stopped and its last checkpoint is kept; make the batch or the model smaller, or end what else uses the GPU, then resume it.'
  }
  const words = error.message.replace(/^Invalid TF_Status: \d+\s+Message: /, '')
  return `While training: TensorFlow refused an operation (${firstLine(words)}), so the run was stopped and its last checkpoint is kept; set "device" to another one.`
}
