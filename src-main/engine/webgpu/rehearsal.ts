import { NotRecordable } from '../notRecordable.ts'
import type { StepSource } from '../recording.ts'
import * as general from '../rehearsal.ts'
import type * as tf from '../tf.ts'
import type { RecordingBackend } from './backend.ts'
import { Trace } from './trace.ts'

/** What a step asked for in one trial. */
export interface Rehearsed extends general.Rehearsed {
  readonly trace: Trace
}

/** The trial is computed, as a step of the tape. @throws what the step throws, or NotRecordable */
export function rehearse(backend: RecordingBackend, source: StepSource, trial: number): Rehearsed {
  const trace = new Trace()
  return { trace, ...general.rehearse(tracerOf(backend, trace), source, trial) }
}

function tracerOf(backend: RecordingBackend, trace: Trace): general.Tracer {
  let before = 0
  let live = 0
  const outerBlock = ({ dataId }: tf.Tensor) => {
    const block = trace.known(dataId)
    return block === undefined || trace.blocks[block]?.made === true ? undefined : block
  }
  return {
    begin() {
      before = backend.numDataIds()
      backend.trace = trace
    },
    end() {
      backend.trace = undefined
      live += backend.numDataIds() - before
    },
    get live() {
      return live
    },
    get outer() {
      return trace.outer
    },
    outerBlock,
    madeBlock(tensor) {
      const block = trace.known(tensor.dataId)
      if (block === undefined || trace.blocks[block]?.made !== true || trace.blocks[block]?.values)
        throw new NotRecordable('what comes out of the step was not computed in it')
      return block
    },
  }
}
