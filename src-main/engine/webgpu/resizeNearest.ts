import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu'
import { z } from 'zod'
import type * as tf from '../tf.ts'
import { groupsFor, type Inputs, input, make, register, runKernel, sizeOf, threadNumber } from './kernel.ts'
import { dimensionsOf } from './shapes.ts'

/*
 * Images enafterd or reduced by nearest neighbours, and the gradient. Which number stands where is found in whole
 * numbers: tfjs's program for the gradient divides in float32, and where a quotient falls short of a whole number it
 * gives a place's gradient to its neighbour.
 */

const threads = 64
/** Corners that are aligned, and centres of pixels, are left to tfjs. */
const resizeAttrs = z.object({ alignCorners: z.literal(false), halfPixelCenters: z.literal(false).nullish() })

export function registerResizeNearest(): void {
  register('ResizeNearestNeighbor', forward)
  register('ResizeNearestNeighborGrad', gradient)
}

const sizes = z.tuple([z.number(), z.number()])

function forward(backend: WebGPUBackend, inputs: Inputs, attrs: tf.NamedAttrMap): tf.TensorInfo | undefined {
  const images = input(inputs, 'images')
  if (!resizeAttrs.safeParse(attrs).success) return undefined
  const { size } = z.object({ size: sizes }).parse(attrs)
  const [batch, , , channels] = dimensionsOf(images.shape, 4)
  const y = make(backend, [batch, ...size, channels])
  run(
    backend,
    'Forward',
    { before: images, after: y },
    { reads: { images }, writes: { y }, code: forwardCode },
  )
  return y
}

function gradient(backend: WebGPUBackend, inputs: Inputs, attrs: tf.NamedAttrMap): tf.TensorInfo | undefined {
  const [images, dy] = [input(inputs, 'images'), input(inputs, 'dy')]
  if (!resizeAttrs.safeParse(attrs).success) return undefined
  const dx = make(backend, images.shape)
  run(
    backend,
    'Gradient',
    { before: images, after: dy },
    { reads: { dy }, writes: { dx }, code: gradientCode },
  )
  return dx
}

interface Sides {
  readonly before: tf.TensorInfo
  readonly after: tf.TensorInfo
}

interface Pass {
  readonly reads: Inputs
  readonly writes: Inputs
  readonly code: string
}

function run(backend: WebGPUBackend, name: string, { before, after }: Sides, pass: Pass): void {
  const [, height, width, channels] = dimensionsOf(before.shape, 4)
  const [, newHeight, newWidth] = dimensionsOf(after.shape, 4)
  const size = sizeOf(Object.values(pass.writes)[0]?.shape ?? [])
  runKernel(backend, {
    name: `ResizeNearest${name}`,
    threads,
    groups: groupsFor(size, threads),
    ints: { size, channels, height, width, newHeight, newWidth },
    ...pass,
  })
}

const forwardCode = `
  ${threadNumber(threads)}
  fn main() {
    let i = threadNumber();
    if (i >= settings.size) { return; }
    let place = i / settings.channels;
    let line = place / settings.newWidth;
    let row = line % settings.newHeight * settings.height / settings.newHeight;
    let column = place % settings.newWidth * settings.width / settings.newWidth;
    let source = (line / settings.newHeight * settings.height + row) * settings.width + column;
    y[i] = images[source * settings.channels + i % settings.channels];
  }
`

const gradientCode = `
  ${threadNumber(threads)}
  /** The first of the new places that are copies of this one or of a later one. */
  fn firstOf(place : i32, old : i32, new_ : i32) -> i32 { return (place * new_ + old - 1) / old; }

  fn main() {
    let i = threadNumber();
    if (i >= settings.size) { return; }
    let place = i / settings.channels;
    let line = place / settings.width;
    let row = line % settings.height;
    let column = place % settings.width;
    let bottom = firstOf(row + 1, settings.height, settings.newHeight);
    let right = firstOf(column + 1, settings.width, settings.newWidth);
    var sum = 0.0;
    for (var r = firstOf(row, settings.height, settings.newHeight); r < bottom; r = r + 1) {
      for (var c = firstOf(column, settings.width, settings.newWidth); c < right; c = c + 1) {
        let copy = (line / settings.height * settings.newHeight + r) * settings.newWidth + c;
        sum = sum + dy[copy * settings.channels + i % settings.channels];
      }
    }
    dx[i] = sum;
  }
`
