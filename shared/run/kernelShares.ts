import type { KernelUse } from './kernelUse.ts'
import type { EngineName } from './spec.ts'

/* What is said of a step's kernels, the same words in the window and on the command line. */

export interface KernelShare {
  readonly name: string
  /** In one step; null for what is no kernel. */
  readonly calls: number | null
  /** Milliseconds of one step. */
  readonly ms: number | null
  /** Part of the step, 0..1. */
  readonly share: number | null
  /** What computed it, in words. */
  readonly where: string
  readonly javascript: boolean
}

const computes: Readonly<Record<EngineName, string>> = {
  simd: 'our kernel',
  wasm: 'WebAssembly',
  webgpu: 'GPU',
  cuda: 'TensorFlow',
  cpu: 'plain JavaScript',
}

/** All that a step consists of, the dearest first: with what lies between the kernels the shares add up to 1. */
export function kernelShares({ device, stepMs, kernels }: KernelUse): KernelShare[] {
  const shares = kernels.map(({ name, calls, ms, javascript }) => ({
    name,
    calls,
    ms,
    share: shareOf(ms, stepMs),
    where: javascript ? 'plain JavaScript' : computes[device],
    javascript,
  }))
  if (stepMs === null) return shares
  const ms = Math.max(0, stepMs - kernels.reduce((sum, kernel) => sum + (kernel.ms ?? 0), 0))
  const between = {
    name: 'between the kernels',
    calls: null,
    ms,
    share: shareOf(ms, stepMs),
    javascript: false,
  }
  const all = [...shares, { ...between, where: 'giving out work and memory' }]
  return all.toSorted((a, b) => (b.ms ?? 0) - (a.ms ?? 0))
}

/** How the table of the kernels was made. A step whose kernels are timed may take longer than the others. */
export function timingWords({ stepMs, steps }: KernelUse): string {
  return stepMs === null
    ? `Kernels of a step, in ${steps} early steps`
    : `A step of ${stepMs.toFixed(1)} ms, timed kernel by kernel (of each the least of ${steps} steps)`
}

const shareOf = (ms: number | null, stepMs: number | null): number | null =>
  ms === null || stepMs === null ? null : Math.min(1, ms / stepMs)

/** Below this part of a step plain JavaScript is not worth a warning. */
const worthWarning = 0.05
/** From this part of a step on, what lies between the kernels is told: many small kernels are called. */
const worthTelling = 0.1

export interface KernelSummary {
  readonly text: string
  /** Whether some of it runs in plain JavaScript on a device that is there to be faster. */
  readonly warns: boolean
}

/** One line: "98 % of a step in fast kernels", with how much lies between them where that is much, or "Conv3D runs as plain JavaScript, 93 % of the step". */
export function kernelSummary(use: KernelUse): KernelSummary {
  const { device, stepMs } = use
  if (device === 'cpu') return quiet('every kernel is plain JavaScript, as the device cpu has it')
  const shares = kernelShares(use)
  const slow = shares.filter(({ javascript }) => javascript)
  if (stepMs === null) return untimed(device, slow)
  const total = sum(slow)
  if (total >= worthWarning) return { text: slowWords(slow, total), warns: true }
  const fast = sum(shares.filter(({ calls, javascript }) => calls !== null && !javascript))
  const between = sum(shares.filter(({ calls }) => calls === null))
  const rest = between >= worthTelling ? `, ${shareText(between)} between them` : ''
  return quiet(`${shareText(fast)} of a step in fast kernels${rest}`)
}

const quiet = (text: string): KernelSummary => ({ text, warns: false })

function untimed(device: EngineName, slow: readonly KernelShare[]): KernelSummary {
  const untold = 'how long each takes is not measured on this device'
  if (slow.length === 0) {
    const whose = device === 'webgpu' ? 'runs on the GPU' : `is ${computes[device]}’s`
    return quiet(`every kernel ${whose}; ${untold}`)
  }
  const told = slow.slice(0, 3).map(({ name }) => name)
  const verb = slow.length === 1 ? 'runs' : 'run'
  return {
    text: `${listed(told, slow.length - told.length)} ${verb} as plain JavaScript; ${untold}`,
    warns: true,
  }
}

function slowWords(slow: readonly KernelShare[], total: number): string {
  const [first, ...others] = slow.filter(({ share }) => (share ?? 0) >= worthWarning)
  const end = `as plain JavaScript, ${shareText(total)} of the step`
  if (first === undefined) return `${slow.length} kernels run ${end}`
  if (slow.length === 1) return `${first.name} runs ${end}`
  const told = [first, ...others].slice(0, 3)
  if (told.length === 1 && shareText(sum(told)) === shareText(total)) return `${first.name} runs ${end}`
  const names = told.map(({ name, share }) => `${name} (${shareText(share ?? 0)})`)
  return `${listed(names, slow.length - told.length)} run ${end}`
}

/** "A", "A and B", "A, B and 3 more". */
function listed(names: readonly string[], more: number): string {
  const all = more > 0 ? [...names, `${more} more`] : names
  return all.length < 2 ? all.join('') : `${all.slice(0, -1).join(', ')} and ${all.at(-1)}`
}

const sum = (shares: readonly KernelShare[]): number =>
  shares.reduce((total, { share }) => total + (share ?? 0), 0)

/** "93 %"; below one percent it is said to be. */
export const shareText = (share: number): string =>
  share > 0 && share < 0.01 ? '< 1 %' : `${Math.round(share * 100)} %`
