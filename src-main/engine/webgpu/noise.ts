import { maskAttrs, normalsAttrs } from '../fusedAttrs.ts'
import { drawMask, drawNormals } from '../noise.ts'
import { RecordingBackend } from './backend.ts'
import { register } from './kernel.ts'

/** Random masks and normals, drawn here and sent: the numbers of every other device. A recorded step draws them anew. */
export function registerNoise(): void {
  register('AnnealDropoutMask', (backend, _, attrs) => {
    const { shape, seed, purpose, step, rate } = maskAttrs.parse(attrs)
    if (!(backend instanceof RecordingBackend)) return undefined
    return backend.draw(shape, { seed, step }, (key) => drawMask(shape, { ...key, purpose }, rate))
  })
  register('AnnealNormals', (backend, _, attrs) => {
    const { shape, seed, purpose, step, mean, deviation } = normalsAttrs.parse(attrs)
    if (!(backend instanceof RecordingBackend)) return undefined
    return backend.draw(shape, { seed, step }, (key) =>
      drawNormals(shape, { ...key, purpose }, mean, deviation),
    )
  })
}
