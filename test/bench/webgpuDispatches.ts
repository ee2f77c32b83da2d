import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu'
import { timeKernels } from '../../src-main/engine/kernelTimes.ts'
import * as tf from '../../src-main/engine/tf.ts'

/* What a step asks of a GPU: its dispatches by program, and how long each took where the GPU tells. */

export interface Dispatches {
  readonly count: number
  /** Milliseconds until all commands were given, which is this process's own work: from a record, where there is one. */
  readonly hostMs: number
  /** The same on tfjs's tape. */
  readonly tapeMs: number
  /** Sum of what the dispatches took on the GPU; undefined where it does not tell. */
  readonly gpuMs: number | undefined
  /** The dearest first, or the most frequent. */
  readonly programs: readonly {
    readonly name: string
    readonly calls: number
    readonly ms: number | undefined
  }[]
}

/** @param work gives its commands before it returns: nothing is counted that comes later */
export async function dispatchesOf(work: () => Promise<unknown>): Promise<Dispatches> {
  const backend = await currentBackend()
  const hostMs = await hostTime(work)
  const tapeMs = await hostTime(() => onTape(work))
  const names: string[] = []
  // tfjs knows its own programs by their class, and ours not at all.
  const run = backend.runWebGPUProgram
  backend.runWebGPUProgram = function (program, ...rest) {
    const output = run.call(this, program, ...rest)
    names.push(nameOf(program.shaderKey))
    return output
  }
  const results: Promise<unknown>[] = []
  const timing = backend.time(() => void results.push(onTape(work)))
  backend.runWebGPUProgram = run
  const { getExtraProfileInfo } = await timing
  await Promise.all(results)
  const isTold = backend.device.features.has('timestamp-query')
  const each = isTold ? timesIn(getExtraProfileInfo?.() ?? '') : []
  if (isTold && each.length !== names.length)
    throw new Error(`the GPU told of ${each.length} dispatches, and there were ${names.length}`)
  const sums = new Map<string, { calls: number; ms: number | undefined }>()
  for (const [i, name] of names.entries()) {
    const { calls, ms = 0 } = sums.get(name) ?? { calls: 0 }
    sums.set(name, { calls: calls + 1, ms: isTold ? ms + (each[i] ?? 0) : undefined })
  }
  return {
    count: names.length,
    hostMs,
    tapeMs,
    gpuMs: isTold ? each.reduce((a, b) => a + b, 0) : undefined,
    programs: Array.from(sums, ([name, sum]) => ({ name, ...sum })).sort(
      (a, b) => (b.ms ?? b.calls) - (a.ms ?? a.calls),
    ),
  }
}

/** Where the kernels are asked for, no step is repeated from a record. */
const onTape = <T>(work: () => T): T => timeKernels(work).value

async function currentBackend(): Promise<WebGPUBackend> {
  const { WebGPUBackend } = await import('@tensorflow/tfjs-backend-webgpu')
  const backend = tf.backend()
  if (!(backend instanceof WebGPUBackend)) throw new Error('dispatches are those of the webgpu backend')
  return backend
}

/** Until the last command is given; what the GPU does meanwhile is not waited for. The least of some: the first compile. */
async function hostTime(work: () => Promise<unknown>): Promise<number> {
  const times: number[] = []
  for (let i = 0; i < 15; i++) {
    const begun = performance.now()
    const result = work()
    times.push(performance.now() - begun)
    await result
  }
  return Math.min(...times)
}

/** "Name: 0.1, Name: 0.2" */
const timesIn = (words: string): number[] =>
  words === '' ? [] : words.split(', ').map((word) => Number(word.split(': ').at(-1)))

/** Without what tells the variants of one program apart. */
const nameOf = (shaderKey: string): string =>
  shaderKey.split('_', 1)[0]?.replace(/^anneal/, 'our ') ?? shaderKey
