import { totalmem } from 'node:os'
import { UserError, wordsOf } from '../../shared/errors.ts'
import type { DeviceAdvice, ProbeReply } from '../../shared/run/probe.ts'
import type { DeviceName, EngineName } from '../../shared/run/spec.ts'
import { type KernelBuild, kernelBuilds } from './simd/module.ts'

/** The backend tfjs now runs on. */
export interface Engine {
  readonly name: EngineName
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
  /** All that its driver says of itself and the hardware. */
  readonly identity?: string
  /** Why "auto" passes it by, which shows only when it runs. */
  readonly onlyByName?: string
}

/** A backend that may be there or not; `load` makes it tfjs's current one, or throws and says what is missing. */
export interface Candidate {
  readonly name: EngineName
  /** A driver may end the process that loads it: "auto" takes it only after a process of its own has. */
  readonly mayCrash?: boolean
  /** @param found what is known of it from such a process · @param threads of the processor that it may use; all when absent */
  load(found?: ProbeReply, threads?: number): Promise<Loaded>
}

/** The order in which "auto" tries them where nothing has been measured. */
const candidates: readonly Candidate[] = [
  { name: 'cuda', load: startCuda, mayCrash: true },
  { name: 'webgpu', load: startWebgpu, mayCrash: true },
  { name: 'simd', load: startSimd },
  { name: 'wasm', load: startWasm },
  { name: 'cpu', load: startCpu },
]

interface SelectOptions {
  readonly threads?: number | undefined
  readonly among?: readonly Candidate[]
}

/**
 * Starts the backend the spec asks for, or the fastest one that starts.
 * @param advice what the host knows of the devices · @param threads of the processor that it may use; all when absent
 * @throws UserError when the one asked for by name is not available, with why
 */
export async function selectEngine(
  wanted: DeviceName,
  { known, auto }: DeviceAdvice = { known: {} },
  { threads, among = candidates }: SelectOptions = {},
): Promise<Engine> {
  // What the user set wrongly is said, and no reason to take another device.
  if (wanted === 'auto' || wanted === 'simd') simdSettings()
  const tried: string[] = []
  for (const candidate of inOrder(among, auto?.order ?? [])) {
    const { name } = candidate
    const found = known[name]
    if (wanted === 'auto' ? isLeftOut(candidate, found) : name !== wanted) continue
    try {
      if (found?.available === false) throw new Error(found.reason)
      if (wanted === 'auto')
        refuseForAuto(auto?.passedBy[name] ?? (found?.rank === -1 ? found.reason : undefined))
      const { device, strength, memory, stepsAhead = 0, onlyByName } = await candidate.load(found, threads)
      if (wanted === 'auto') refuseForAuto(onlyByName)
      const isAdvised = wanted === 'auto' && auto !== undefined && auto.order[0] === name
      const why = isAdvised
        ? [auto.reason, strength, ...tried].join('; ')
        : reasonFor(wanted, strength, tried)
      return { name, device, memory, stepsAhead, reason: why }
    } catch (error) {
      tried.push(inWords(name, error))
    }
  }
  throw new UserError(
    `While choosing the device: ${tried.join('; ') || `there is no device "${wanted}"`}; set "device" to another one or to "auto".`,
  )
}

function inOrder(among: readonly Candidate[], order: readonly EngineName[]): Candidate[] {
  const placeOf = ({ name }: Candidate): number => {
    const place = order.indexOf(name)
    return place === -1 ? order.length : place
  }
  return among.toSorted((a, b) => placeOf(a) - placeOf(b))
}

/** Those that "auto" does not even speak of. */
const isLeftOut = ({ mayCrash }: Candidate, found: ProbeReply | undefined): boolean =>
  mayCrash === true && found === undefined

/** It is there and could be had by name. */
class PassedBy extends Error {}

function refuseForAuto(reason: string | undefined): void {
  if (reason !== undefined) throw new PassedBy(reason)
}

function inWords(name: string, error: unknown): string {
  const words = wordsOf(error)
  return `${name} is ${error instanceof PassedBy ? 'passed by' : 'not available'} (${words})`
}

/** Starts one backend to see whether it is there. Its memory comes back only when the process ends. */
export async function probeEngine(name: EngineName, among = candidates): Promise<ProbeReply> {
  const rank = among.findIndex((each) => each.name === name)
  const candidate = among[rank]
  try {
    const loaded = await candidate?.load()
    if (loaded === undefined) throw new Error(`there is no device "${name}"`)
    const { device, strength, onlyByName, identity } = loaded
    const found = { available: true, device, ...(identity !== undefined && { identity }) } as const
    if (onlyByName === undefined) return { ...found, rank, reason: strength }
    return { ...found, rank: -1, reason: `${strength}; "auto" does not take it: ${onlyByName}` }
  } catch (error) {
    return { rank, available: false, reason: wordsOf(error) }
  }
}

function reasonFor(wanted: DeviceName, strength: string, tried: readonly string[]): string {
  if (wanted !== 'auto') return `asked for by the spec; ${strength}`
  if (tried.length === 0) return `the fastest one here: ${strength}`
  return `the fastest one left: ${strength}; ${tried.join('; ')}`
}

const noGpu = 'it runs on no GPU'

/** Enough to keep the GPU fed while the numbers of a step come back. */
const gpuStepsAhead = 4
/** A GPU does not say how much memory it has; one that is full is lost, which stops the run with a sentence. */
const unknownMemory = Number.POSITIVE_INFINITY

async function startCuda(found?: ProbeReply): Promise<Loaded> {
  const { loadCuda, processorWords } = await import('./cuda.ts')
  const { isGpu, name } = await loadCuda()
  if (!isGpu) {
    return {
      memory: totalmem(),
      device: processorWords(),
      strength: `${name}: without CUDA it computes on the processor`,
      onlyByName: noGpu,
    }
  }
  // TensorFlow names its GPU in its log only, which the host has read.
  const device = found?.available === true ? found.device : 'NVIDIA GPU, CUDA'
  return { memory: unknownMemory, device, strength: `${name} on CUDA` }
}

async function startWebgpu(): Promise<Loaded> {
  const { loadWebgpu } = await import('./webgpu/load.ts').catch((error: unknown) => {
    throw isMissingPackage(error) ? new Error('its package "webgpu" is not installed: npm install') : error
  })
  const { name, info, isSoftware } = await loadWebgpu()
  return {
    memory: unknownMemory,
    stepsAhead: gpuStepsAhead,
    identity: [info.vendor, info.architecture, info.device, info.description].join(' / '),
    ...(isSoftware && { onlyByName: noGpu }),
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
  plain: 'without fused multiplication and addition',
}

/** @throws UserError when there is no such build */
function kernelBuild(wanted: string): KernelBuild {
  const build = kernelBuilds.find((each) => each === wanted)
  if (build !== undefined) return build
  throw new UserError(
    `While starting the simd device: ANNEAL_KERNELS must be wide, relaxed or plain (received "${wanted}").`,
  )
}

/** @throws UserError when the environment asks for what there is not */
function simdSettings() {
  const { ANNEAL_THREADS: wanted, ANNEAL_KERNELS: build } = process.env
  return {
    ...(wanted ? { threads: threadCount(wanted) } : {}),
    ...(build ? { build: kernelBuild(build) } : {}),
  }
}

/** @param share threads that it may use */
async function startSimd(_found?: ProbeReply, share = Number.POSITIVE_INFINITY) {
  const { loadSimd } = await import('./simd/load.ts')
  const settings = simdSettings()
  const allowed = Math.min(settings.threads ?? Number.POSITIVE_INFINITY, share)
  const { threads, build: taken } = await loadSimd({
    ...settings,
    ...(Number.isFinite(allowed) && { threads: allowed }),
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
