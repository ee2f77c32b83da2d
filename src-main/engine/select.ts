import { totalmem } from 'node:os'
import { UserError } from '../../shared/errors.ts'
import type { KnownDevices, ProbeReply } from '../../shared/run/probe.ts'
import type { DeviceName } from '../../shared/run/spec.ts'

/** The backend tfjs now runs on. */
export interface Engine {
  readonly name: Exclude<DeviceName, 'auto'>
  /** As users read it: "WebAssembly SIMD, 1 thread". */
  readonly device: string
  /** Why this one, in words. */
  readonly reason: string
  /** Bytes of tensors it can hold, at most. */
  readonly memory: number
  /**
   * Steps that may be under way before the first one's numbers are asked for: 0 where they are there at once, more where
   * waiting for them would leave the device idle.
   */
  readonly stepsAhead: number
}

type Loaded = Pick<Engine, 'device' | 'memory'> & {
  readonly strength: string
  readonly stepsAhead?: number
  /** Why "auto" passes it by, where that shows only when it runs. */
  readonly onlyByName?: string
}

/** A backend that may be there or not; `load` makes it tfjs's current one, or throws and says what is missing. */
export interface Candidate {
  readonly name: Engine['name']
  /** Why "auto" passes it by. */
  readonly onlyByName?: string
  /** A driver may end the process that loads it: "auto" takes it only after a process of its own has. */
  readonly mayCrash?: boolean
  /** @param found what is known of it from such a process */
  load(found?: ProbeReply): Promise<Loaded>
}

/** Fastest first: the order in which "auto" tries them. */
const candidates: readonly Candidate[] = [
  { name: 'cuda', load: startCuda, mayCrash: true },
  { name: 'webgpu', load: startWebgpu, onlyByName: 'its speed has not been measured on this machine' },
  { name: 'simd', load: startSimd },
  { name: 'wasm', load: startWasm },
  { name: 'cpu', load: startCpu },
]

/**
 * Starts the backend the spec asks for, or the fastest one that starts.
 * @param known what processes of their own have found
 * @throws UserError when the one asked for by name is not available, with why
 */
export async function selectEngine(
  wanted: DeviceName,
  known: KnownDevices = {},
  among = candidates,
): Promise<Engine> {
  const tried: string[] = []
  for (const candidate of among) {
    const { name } = candidate
    const found = known[name]
    if (wanted === 'auto' ? isLeftOut(candidate, found) : name !== wanted) continue
    try {
      if (found?.available === false) throw new Error(found.reason)
      if (wanted === 'auto') refuseForAuto(found?.rank === -1 ? found.reason : undefined)
      const { device, strength, memory, stepsAhead = 0, onlyByName } = await candidate.load(found)
      if (wanted === 'auto') refuseForAuto(onlyByName)
      return { name, device, memory, stepsAhead, reason: reasonFor(wanted, strength, tried) }
    } catch (error) {
      tried.push(inWords(name, error))
    }
  }
  throw new UserError(
    `While choosing the device: ${tried.join('; ') || `there is no device "${wanted}"`}; set "device" to another one or to "auto".`,
  )
}

/** Those that "auto" does not even speak of. */
const isLeftOut = ({ onlyByName, mayCrash }: Candidate, found: ProbeReply | undefined): boolean =>
  onlyByName !== undefined || (mayCrash === true && found === undefined)

/** It is there and could be had by name. */
class PassedBy extends Error {}

function refuseForAuto(reason: string | undefined): void {
  if (reason !== undefined) throw new PassedBy(reason)
}

function inWords(name: string, error: unknown): string {
  const words = error instanceof Error ? error.message : String(error)
  return `${name} is ${error instanceof PassedBy ? 'passed by' : 'not available'} (${words})`
}

/** Starts one backend to see whether it is there. Its memory comes back only when the process ends. */
export async function probeEngine(name: Engine['name'], among = candidates): Promise<ProbeReply> {
  const candidate = among.find((each) => each.name === name)
  const tried = among.filter(({ onlyByName }) => onlyByName === undefined)
  const rank = candidate === undefined ? -1 : tried.indexOf(candidate)
  try {
    const loaded = await candidate?.load()
    if (loaded === undefined) throw new Error(`there is no device "${name}"`)
    const { device, strength, onlyByName = candidate?.onlyByName } = loaded
    if (onlyByName === undefined) return { rank, available: true, device, reason: strength }
    const reason = `${strength}; "auto" does not take it: ${onlyByName}`
    return { rank: -1, available: true, device, reason }
  } catch (error) {
    return { rank, available: false, reason: error instanceof Error ? error.message : String(error) }
  }
}

function reasonFor(wanted: DeviceName, strength: string, tried: readonly string[]): string {
  if (wanted !== 'auto') return `asked for by the spec; ${strength}`
  if (tried.length === 0) return `the fastest one here: ${strength}`
  return `the fastest one left: ${strength}; ${tried.join('; ')}`
}

/** Enough to keep the GPU fed while the numbers of a step come back. */
const gpuStepsAhead = 4
/** A GPU does not say how much memory it has; one that is full is lost, which stops the run with a sentence. */
const unknownMemory = Number.POSITIVE_INFINITY

async function startCuda(found?: ProbeReply): Promise<Loaded> {
  const { loadCuda, processorWords } = await import('./cuda.ts')
  const { isGpu } = await loadCuda()
  if (!isGpu) {
    return {
      memory: totalmem(),
      device: processorWords(),
      strength: 'without CUDA it computes on the processor',
      onlyByName: 'it runs on no GPU',
    }
  }
  // TensorFlow names its GPU in its log only, which the host has read.
  const device = found?.available === true ? found.device : 'NVIDIA GPU, CUDA'
  return { memory: unknownMemory, device, strength: 'TensorFlow on CUDA' }
}

async function startWebgpu(): Promise<Loaded> {
  const { loadWebgpu } = await import('./webgpu/load.ts').catch((error: unknown) => {
    throw isMissingPackage(error) ? new Error('its package "webgpu" is not installed: npm install') : error
  })
  const { name, isSoftware } = await loadWebgpu()
  return {
    memory: unknownMemory,
    stepsAhead: gpuStepsAhead,
    device: isSoftware ? `${name}, software WebGPU on the processor` : `${name}, WebGPU`,
    strength: isSoftware
      ? 'tfjs on WebGPU, played by the processor: for checking results, slower than the others'
      : 'tfjs on WebGPU over Dawn',
  }
}

const isMissingPackage = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND'

/** WebAssembly addresses its memory with 32 bits. */
const wasmMemory = 2 ** 32

/** @throws UserError when it is no number of threads */
function threadCount(wanted: string): number {
  if (/^[1-9]\d{0,2}$/.test(wanted)) return Number(wanted)
  throw new UserError(
    `While starting the simd device: ANNEAL_THREADS must be a whole number from 1 to 999 (received "${wanted}").`,
  )
}

const simdStrength = {
  wide: 'on vectors of eight numbers',
  relaxed: 'with fused multiplication and addition',
  plain: 'without the fused multiplication and addition that this processor or this Node lacks',
}

/** @throws UserError when there is no such build */
function kernelBuild(wanted: string): 'wide' | 'relaxed' | 'plain' {
  if (wanted === 'wide' || wanted === 'relaxed' || wanted === 'plain') return wanted
  throw new UserError(
    `While starting the simd device: ANNEAL_KERNELS must be wide, relaxed or plain (received "${wanted}").`,
  )
}

async function startSimd() {
  const { loadSimd } = await import('./simd/load.ts')
  const { ANNEAL_THREADS: wanted, ANNEAL_KERNELS: build } = process.env
  const { threads, build: taken } = await loadSimd({
    ...(wanted ? { threads: threadCount(wanted) } : {}),
    ...(build ? { build: kernelBuild(build) } : {}),
  })
  return {
    memory: wasmMemory,
    device: `WebAssembly SIMD, ${threads} ${threads === 1 ? 'thread' : 'threads'}`,
    strength: `our own kernels, ${simdStrength[taken]}`,
  }
}

async function startWasm() {
  const { loadWasm } = await import('./wasm/load.ts')
  const { simd } = await loadWasm()
  return {
    memory: wasmMemory,
    device: simd ? 'WebAssembly SIMD, 1 thread' : 'WebAssembly, 1 thread',
    strength: simd
      ? 'tfjs on WebAssembly with SIMD, with our kernels for the gradients'
      : 'tfjs on WebAssembly; this processor offers it no SIMD',
  }
}

async function startCpu() {
  const tf = await import('./tf.ts')
  await import('@tensorflow/tfjs-backend-cpu')
  if (!(await tf.setBackend('cpu'))) throw new Error('tfjs could not start its cpu backend')
  return {
    memory: totalmem(),
    device: 'JavaScript, 1 thread',
    strength: 'plain tfjs, the slow reference that the others are checked against',
  }
}
