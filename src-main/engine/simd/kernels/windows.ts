import { z } from 'zod'
import { type Phase, phases } from '../../convPhases.ts'
import * as tf from '../../tf.ts'
import { sizeOf } from '../register.ts'

/* The geometry of everything that slides a window over images or volumes: an image is a volume one slice deep. */

/** One axis of a window and of what it slides over. */
export interface Axis {
  readonly size: number
  readonly out: number
  readonly taps: number
  readonly stride: number
  readonly dilation: number
  /** Zeros before the first number. */
  readonly before: number
}

export interface Windows {
  readonly batch: number
  readonly channels: number
  readonly outChannels: number
  readonly slices: Axis
  readonly rows: Axis
  readonly columns: Axis
  readonly inShape: number[]
  readonly outShape: number[]
  readonly filterShape: number[]
}

/** A convolution, or one that a gradient consists of, by the addresses of what it reads and writes. */
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

const sizes2d = z.union([z.number(), z.tuple([z.number(), z.number()])])
const sizes3d = z.union([z.number(), z.tuple([z.number(), z.number(), z.number()])])
const side = z.tuple([z.number(), z.number()])
const pad2d = z.union([z.enum(['same', 'valid']), z.number(), z.tuple([side, side, side, side])])
const pad3d = z.union([z.enum(['same', 'valid']), z.number()])
const rounding = { dimRoundingMode: z.enum(['floor', 'round', 'ceil']).nullish() }

const attrs2d = z.object({
  ...rounding,
  strides: sizes2d,
  pad: pad2d,
  dataFormat: z.literal('NHWC').nullish(),
  dilations: sizes2d.nullish(),
})
const attrs3d = z.object({
  ...rounding,
  strides: sizes3d,
  pad: pad3d,
  dataFormat: z.literal('NDHWC').nullish(),
  dilations: sizes3d.nullish(),
})
const pool2d = z.object({ ...rounding, filterSize: sizes2d, strides: sizes2d, pad: pad2d })
const pool3d = z.object({ ...rounding, filterSize: sizes3d, strides: sizes3d, pad: pad3d })
const shape4d = z.tuple([z.number(), z.number(), z.number(), z.number()])
const shape5d = z.tuple([z.number(), z.number(), z.number(), z.number(), z.number()])

/** A 2-D or 3-D convolution. @returns undefined for other layouts, groups of channels, and where there is nothing to do */
export function convWindows(input: unknown, filter: unknown, attrs: tf.NamedAttrMap): Windows | undefined {
  return conv2dWindows(input, filter, attrs, false) ?? conv3dWindows(input, filter, attrs)
}

/** A depthwise convolution with a filter [rows, columns, channels, filters of each channel]; else as convWindows. */
export function depthwiseWindows(
  input: unknown,
  filter: unknown,
  attrs: tf.NamedAttrMap,
): Windows | undefined {
  return conv2dWindows(input, filter, attrs, true)
}

function conv2dWindows(
  input: unknown,
  filter: unknown,
  attrs: tf.NamedAttrMap,
  depthwise: boolean,
): Windows | undefined {
  const [given, x, w] = [attrs2d.safeParse(attrs), shape4d.safeParse(input), shape4d.safeParse(filter)]
  if (!given.success || !x.success || !w.success) return undefined
  const { strides, dilations, pad, dimRoundingMode } = given.data
  const mode = dimRoundingMode ?? undefined
  const info = tf.backend_util.computeConv2DInfo(
    x.data,
    w.data,
    strides,
    dilations ?? 1,
    pad,
    mode,
    depthwise,
  )
  return w.data[2] === info.inChannels ? checked(ofImages(info, w.data)) : undefined
}

function conv3dWindows(input: unknown, filter: unknown, attrs: tf.NamedAttrMap): Windows | undefined {
  const [given, x, w] = [attrs3d.safeParse(attrs), shape5d.safeParse(input), shape5d.safeParse(filter)]
  if (!given.success || !x.success || !w.success) return undefined
  const { strides, dilations, pad, dimRoundingMode } = given.data
  const mode = dimRoundingMode ?? undefined
  const info = tf.backend_util.computeConv3DInfo(
    x.data,
    w.data,
    strides,
    dilations ?? 1,
    pad,
    false,
    'channelsLast',
    mode,
  )
  return w.data[3] === info.inChannels ? checked(ofVolumes(info, w.data)) : undefined
}

/** Windows of 2-D or 3-D pooling. @returns undefined as convWindows */
export function poolWindows(input: unknown, attrs: tf.NamedAttrMap): Windows | undefined {
  const [image, flat] = [shape4d.safeParse(input), pool2d.safeParse(attrs)]
  if (image.success) {
    if (!flat.success) return undefined
    const { filterSize, strides, pad, dimRoundingMode } = flat.data
    const mode = dimRoundingMode ?? undefined
    return checked(
      ofImages(tf.backend_util.computePool2DInfo(image.data, filterSize, strides, 1, pad, mode), []),
    )
  }
  const [volume, deep] = [shape5d.safeParse(input), pool3d.safeParse(attrs)]
  if (!volume.success || !deep.success) return undefined
  const { filterSize, strides, pad, dimRoundingMode } = deep.data
  const mode = dimRoundingMode ?? undefined
  return checked(
    ofVolumes(tf.backend_util.computePool3DInfo(volume.data, filterSize, strides, 1, pad, mode), []),
  )
}

/**
 * Those that gave what dy is the gradient of. @returns undefined for a dy of another shape: tfjs's gradients of convolutions
 * forget a `dimRoundingMode`, and mean fewer windows then than there were
 */
export function windowsOf(dy: tf.TensorInfo, windows: Windows | undefined): Windows | undefined {
  return windows !== undefined && tf.util.arraysEqual(dy.shape, windows.outShape) ? windows : undefined
}

const checked = (windows: Windows): Windows | undefined =>
  sizeOf(windows.inShape) * sizeOf(windows.outShape) * sizeOf(windows.filterShape) === 0 ? undefined : windows

const flatAxis: Axis = { size: 1, out: 1, taps: 1, stride: 1, dilation: 1, before: 0 }

function ofImages(info: tf.backend_util.Conv2DInfo, filterShape: number[]): Windows {
  const { batchSize, inShape, outShape, padInfo } = info
  return {
    ...{ batch: batchSize, channels: info.inChannels, outChannels: info.outChannels, filterShape },
    ...{ inShape, outShape, slices: flatAxis },
    rows: {
      ...{ size: info.inHeight, out: info.outHeight, taps: info.filterHeight, before: padInfo.top },
      ...{ stride: info.strideHeight, dilation: info.dilationHeight },
    },
    columns: {
      ...{ size: info.inWidth, out: info.outWidth, taps: info.filterWidth, before: padInfo.left },
      ...{ stride: info.strideWidth, dilation: info.dilationWidth },
    },
  }
}

function ofVolumes(info: tf.backend_util.Conv3DInfo, filterShape: number[]): Windows {
  const { batchSize, inShape, outShape, padInfo } = info
  return {
    ...{ batch: batchSize, channels: info.inChannels, outChannels: info.outChannels, filterShape },
    ...{ inShape, outShape },
    slices: {
      ...{ size: info.inDepth, out: info.outDepth, taps: info.filterDepth, before: padInfo.front },
      ...{ stride: info.strideDepth, dilation: info.dilationDepth },
    },
    rows: {
      ...{ size: info.inHeight, out: info.outHeight, taps: info.filterHeight, before: padInfo.top },
      ...{ stride: info.strideHeight, dilation: info.dilationHeight },
    },
    columns: {
      ...{ size: info.inWidth, out: info.outWidth, taps: info.filterWidth, before: padInfo.left },
      ...{ stride: info.strideWidth, dilation: info.dilationWidth },
    },
  }
}

/** A phase of the input gradient along an axis: a convolution of dy with the taps from the last to the first. */
export interface GradientPhase extends Phase {
  /** As convolutions want it: numbers, taps and zeros before the first; the steps between taps are the dilation's. */
  readonly axis: Axis
}

/** At a stride one for each remainder by it; at stride 1 there is one, and only there is a filter dilated. */
export function gradientPhases({ size, out, taps, stride, dilation, before }: Axis): GradientPhase[] {
  return phases(stride, taps, before, size).map((phase) => ({
    ...phase,
    axis: {
      ...{ size: out, out: phase.count, taps: phase.taps, stride: 1, dilation },
      before: (phase.taps - 1) * dilation - phase.start,
    },
  }))
}

/** Whether there is but one slice, of what is slid over and of the window. */
export const isFlat = ({ size, out, taps, before }: Axis): boolean =>
  size === 1 && out === 1 && taps === 1 && before === 0

/** Numbers of an axis with its padding, as far as windows read it. */
export const paddedSize = ({ out, stride, taps, dilation }: Axis): number =>
  (out - 1) * stride + (taps - 1) * dilation + 1
