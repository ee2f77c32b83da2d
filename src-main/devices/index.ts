import { setTimeout } from 'node:timers/promises'
import type { KnownDevices, ProbeReply } from '../../shared/run/probe.ts'
import { type EngineName, engineName } from '../../shared/run/spec.ts'
import { createChooser } from './chooser.ts'
import type { ComparisonStore } from './comparisonStore.ts'
import { describeDevices } from './describe.ts'
import type { Contenders, Devices } from './devices.ts'
import { whyNoGpu } from './gpuNodes.ts'
import { type Neighbours, noNeighbours } from './neighbours.ts'
import { noGpuMemory } from './noGpuMemory.ts'
import { probe } from './probe.ts'
import { cudaIsAbsent, mayHaveCuda } from './tensorflow/index.ts'

export { type Asked, type Choice, ranOn } from './choice.ts'
export type { Devices } from './devices.ts'

export interface DevicesOptions {
  /** Where what was measured is kept; for this host's life only where absent. */
  readonly comparisons?: ComparisonStore
  /** What else uses the machine. */
  readonly neighbours?: Neighbours
  /** Those that "auto" measures against each other where they are there, in the order in which it takes them unmeasured. */
  readonly contenders?: readonly EngineName[]
  /** Milliseconds for which steps are measured on each device. */
  readonly measuredFor?: number
  /** Milliseconds for which a run that is to begin waits for the first look at a driver. */
  readonly runPatience?: number
  /** Tells without a process that a device need not be looked for. */
  readonly whyAbsent?: (name: EngineName) => string | undefined
  /** Variables of the processes that look for devices and measure them: which GPU they see. */
  readonly env?: Readonly<Record<string, string>>
}

const usualContenders: readonly EngineName[] = ['cuda', 'webgpu', 'simd']

/** A driver may crash as it starts, and only a process of its own can tell whether there is a GPU. */
const isLookedFor = (name: EngineName): boolean => name === 'cuda' || name === 'webgpu'

/** As `DevicesOptions.whyAbsent` tells it of this machine. */
export function whyAbsentHere(name: EngineName): string | undefined {
  if (name === 'cuda') return cudaIsAbsent()
  return name === 'webgpu' ? whyNoGpu() : undefined
}

/** The look goes on: whoever asks later is told what it has found. */
async function inTime(look: Promise<ProbeReply>, within: number | undefined): Promise<ProbeReply> {
  if (within === undefined) return look
  const end = new AbortController()
  const late = setTimeout(within, undefined, { signal: end.signal }).then((): ProbeReply => {
    const reason = `its driver had not started after ${within / 1000} s, so that this run does without it`
    return { available: false, rank: -1, reason }
  })
  try {
    return await Promise.race([look, late])
  } finally {
    late.catch(() => undefined)
    end.abort()
  }
}

export function createDevices(options: DevicesOptions = {}): Devices {
  const {
    contenders: among = usualContenders,
    whyAbsent = whyAbsentHere,
    measuredFor = 2000,
    runPatience = 10_000,
    env,
  } = options
  const end = new AbortController()
  const looked = new Map<EngineName, Promise<ProbeReply>>()

  const look = (name: EngineName, givesWay: boolean): Promise<ProbeReply> => {
    const before = looked.get(name)
    if (before !== undefined) return before
    const now = probe(name, end.signal, givesWay, env)
    looked.set(name, now)
    now.then(
      // A GPU that is full now may be free at the next run.
      (reply) => reply.reason === noGpuMemory && looked.delete(name),
      () => looked.delete(name),
    )
    return now
  }
  const lookForAll = async (names: readonly EngineName[], within?: number): Promise<KnownDevices> => {
    const wanted = names.filter((name) => isLookedFor(name) && whyAbsent(name) === undefined)
    return Object.fromEntries(
      await Promise.all(wanted.map(async (name) => [name, await inTime(look(name, false), within)] as const)),
    )
  }
  const lookAgain = async (name: EngineName): Promise<KnownDevices> => {
    const reason = whyAbsent(name)
    if (!isLookedFor(name)) return {}
    return { [name]: reason === undefined ? await look(name, false) : { available: false, rank: -1, reason } }
  }
  const contenders = async (within?: number): Promise<Contenders> => {
    const known = await lookForAll(
      among.filter((name) => name !== 'cuda' || mayHaveCuda()),
      within,
    )
    const names = among.filter((name) => {
      const found = known[name]
      return found === undefined ? !isLookedFor(name) : found.available && found.rank >= 0
    })
    return { names, known }
  }
  const chooser = createChooser(
    {
      lookForAll,
      lookAgain,
      contenders: () => contenders(),
      contendersInTime: () => contenders(runPatience),
    },
    options.comparisons,
    options.neighbours ?? noNeighbours,
    end.signal,
    { measuredFor, env },
  )

  return {
    ...chooser,
    contenders: () => contenders(),
    async list() {
      const probes = await Promise.all(
        engineName.options.map(async (name) => ({ name, ...(await look(name, true)) })),
      )
      const { names } = await contenders()
      const [latest] = await chooser.comparisons()
      return describeDevices(probes, names, latest)
    },
    forget: (name) => void looked.delete(name),
    close: () => end.abort(),
  }
}
