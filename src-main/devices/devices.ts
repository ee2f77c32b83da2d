import type { DeviceInfo } from '../../shared/api/lab.ts'
import type { DeviceComparison, TimingSubject } from '../../shared/run/deviceComparison.ts'
import type { KnownDevices } from '../../shared/run/probe.ts'
import type { EngineName } from '../../shared/run/spec.ts'
import type { Asked, Choice, FreshComparison, Say } from './choice.ts'

/** The devices of this machine. Each is looked for once in the life of a host, in a process of its own. */
export interface Devices {
  /** Every device, in the usual order of "auto". */
  list(): Promise<DeviceInfo[]>
  /** The devices that "auto" chooses from: a real GPU under each of its names, and our own kernels. */
  contenders(): Promise<Contenders>
  /** The device for a run, or what has to be measured before it is known. */
  choose(asked: Asked): Promise<Choice>
  /**
   * Measures all contenders now, whatever is stored.
   * @throws NoAnswer when `signal` is aborted · UserError while a run trains
   */
  compare(subject: TimingSubject, signal: AbortSignal, say?: Say): Promise<FreshComparison>
  /** The stored comparisons that count for this machine as it is now, the newest first. */
  comparisons(): Promise<DeviceComparison[]>
  /** Looks for it anew when it is next asked for: what it needs has been installed or set. */
  forget(name: EngineName): void
  /** Ends the processes that still look for devices or measure them. */
  close(): void
}

export interface Contenders {
  readonly names: readonly EngineName[]
  /** What was found when they were looked for. */
  readonly known: KnownDevices
}
