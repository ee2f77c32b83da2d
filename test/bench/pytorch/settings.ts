/* The ways in which PyTorch can take the same step; which one is quickest depends on the network. */

export interface TorchSetting {
  readonly layout: 'channels_first' | 'channels_last'
  readonly threads: number
  /** Whether threads that wait for work sleep: what it saves where others compute may cost time where none do. */
  readonly waits: 'spinning' | 'sleeping'
}

/** @param isImage whether the network convolves: for others the layout is no matter */
export function torchSettings(threads: number, isImage: boolean): TorchSetting[] {
  const layouts = isImage ? (['channels_first', 'channels_last'] as const) : (['channels_first'] as const)
  const waits = threads === 1 ? (['spinning'] as const) : (['spinning', 'sleeping'] as const)
  return layouts.flatMap((layout) => waits.map((each) => ({ layout, threads, waits: each })))
}

/** What most users have: the first that `torchSettings` gives. */
export const isDefault = ({ layout, waits }: TorchSetting): boolean =>
  layout === 'channels_first' && waits === 'spinning'

/** "channels last, 2 threads, passive" */
export function settingText({ layout, threads, waits }: TorchSetting): string {
  const words = [layout.replace('_', ' '), `${threads} ${threads === 1 ? 'thread' : 'threads'}`]
  return [...words, ...(waits === 'sleeping' ? ['passive'] : [])].join(', ')
}

/** Its matrix products come from a library that counts threads for itself. */
export const environmentOf = ({ threads, waits }: TorchSetting): Record<string, string> => ({
  OMP_NUM_THREADS: String(threads),
  OPENBLAS_NUM_THREADS: String(threads),
  ...(waits === 'sleeping' && { OMP_WAIT_POLICY: 'passive' }),
})
