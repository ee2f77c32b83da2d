import { NotRecordable } from '../notRecordable.ts'
import type { StepSource } from '../recording.ts'
import * as general from '../rehearsal.ts'
import type * as tf from '../tf.ts'
import type { SimdBackend } from './backend.ts'
import { Trace } from './trace.ts'

/** What a step asked for in one trial. */
export interface Rehearsed extends general.Rehearsed {
  readonly trace: Trace
}

/** @throws what the step throws, or NotRecordable */
export function rehearse(backend: SimdBackend, source: StepSource, trial: number): Rehearsed {
  // In two trials no block has the same address.
  const trace = new Trace(1 + trial * 2 ** 18)
  return { trace, ...general.rehearse(tracerOf(backend, trace), source, trial) }
}

function tracerOf(backend: SimdBackend, trace: Trace): general.Tracer {
  return {
    begin() {
      backend.trace = trace
    },
    end() {
      backend.trace = undefined
    },
    get live() {
      return trace.live
    },
    get outer() {
      return trace.outer.size
    },
    outerBlock(tensor: tf.Tensor) {
      const data = backend.stored(tensor)
      return data === undefined ? undefined : trace.outer.get(data)
    },
    madeBlock(tensor: tf.Tensor) {
      const place = trace.placeOf(backend.address(tensor))
      if (place?.offset !== 0 || trace.blocks[place.block] === undefined)
        throw new NotRecordable('what comes out of the step was not made in it')
      return place.block
    },
  }
}
