import type { Axis } from './windows.ts'

/** What a convolution is told: sizes, addresses and the bytes between them. */
export interface Convolution {
  readonly batch: number
  readonly channels: number
  readonly filters: number
  /** Of what is convolved; of the flat axis of an image there is one number. */
  readonly slices: Axis
  readonly rows: Axis
  readonly columns: Axis
  readonly from: number
  /** Bytes from slice to slice of the taps, and `taps` of a slice as packPanels wants them. */
  readonly filter: { readonly from: number; readonly sliceStep: number; readonly taps: readonly number[] }
  readonly to: number
  /** Bytes from volume to volume, slice to slice, row to row and place to place of what comes out. */
  readonly steps: readonly [number, number, number, number]
  readonly bias: number
  readonly mode: number
}
