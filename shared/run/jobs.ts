import { z } from 'zod'
import { type PreviewAnswer, type PreviewRequest, previewAnswer, previewRequest } from '../data/preview.ts'
import { type AverageAnswer, type AverageRequest, averageAnswer, averageRequest } from './average.ts'
import { type BenchAnswer, type BenchRequest, benchAnswer, benchRequest } from './bench.ts'
import { type InitialAnswer, type InitialRequest, initialAnswer, initialRequest } from './initial.ts'
import { type LineAnswer, type LineRequest, lineAnswer, lineRequest } from './line.ts'
import { type MeasureAnswer, type MeasureRequest, measureAnswer, measureRequest } from './measure.ts'
import { type PredictAnswer, type PredictRequest, predictAnswer, predictRequest } from './predict.ts'
import { type ProbeReply, type ProbeRequest, probeReply, probeRequest } from './probe.ts'

/*
 * A job is one question that a process of its own answers, since it loads a model or a driver: the process gets one
 * `jobCall`, sends one `jobMessage` back that answers it, and ends. The host does not wait for it to end. A job of many
 * parts tells each of them before.
 *
 *   host ──{ job, request }──►  process
 *        ◄── told, any number ──
 *        ◄── answered | refused ──
 */

/** What each job is asked and answers. */
export interface JobTypes {
  /** Whether a device is there. */
  readonly probe: { readonly request: ProbeRequest; readonly answer: ProbeReply }
  /** How long training steps on random examples take. */
  readonly bench: { readonly request: BenchRequest; readonly answer: BenchAnswer }
  /** How long a step and an evaluation of a run take. */
  readonly measure: { readonly request: MeasureRequest; readonly answer: MeasureAnswer }
  /** The model whose weights are the mean of others'. */
  readonly average: { readonly request: AverageRequest; readonly answer: AverageAnswer }
  /** What a run begins with that takes weights from elsewhere. */
  readonly initial: { readonly request: InitialRequest; readonly answer: InitialAnswer }
  /** The losses of mixtures of models, on the lines between them; each is told (`lineTold`). */
  readonly line: { readonly request: LineRequest; readonly answer: LineAnswer }
  /** What stored models say of a user's own examples; each batch is told (`predictTold`). */
  readonly predict: { readonly request: PredictRequest; readonly answer: PredictAnswer }
  /** What an import would find; ever more complete previews are told (`dataPreview`). */
  readonly preview: { readonly request: PreviewRequest; readonly answer: PreviewAnswer }
}
export type JobName = keyof JobTypes
export type JobRequest<N extends JobName> = JobTypes[N]['request']
export type JobAnswer<N extends JobName> = JobTypes[N]['answer']

interface JobContract<N extends JobName> {
  readonly request: z.ZodType<JobRequest<N>>
  readonly answer: z.ZodType<JobAnswer<N>>
  /** As in "While timing training steps: ...". */
  readonly doing: string
}

export const jobs: { readonly [N in JobName]: JobContract<N> } = {
  probe: { request: probeRequest, answer: probeReply, doing: 'looking for a device' },
  bench: { request: benchRequest, answer: benchAnswer, doing: 'timing training steps' },
  measure: { request: measureRequest, answer: measureAnswer, doing: 'measuring a run' },
  average: { request: averageRequest, answer: averageAnswer, doing: 'averaging weights' },
  initial: { request: initialRequest, answer: initialAnswer, doing: 'taking initial weights' },
  line: { request: lineRequest, answer: lineAnswer, doing: 'measuring lines between models' },
  predict: { request: predictRequest, answer: predictAnswer, doing: 'predicting' },
  preview: { request: previewRequest, answer: previewAnswer, doing: 'looking at data' },
}

/** Host to process, once. */
export const jobCall = z.strictObject({
  job: z.enum(['probe', 'bench', 'measure', 'average', 'initial', 'line', 'predict', 'preview']),
  request: z.unknown(),
})
export type JobCall = z.infer<typeof jobCall>

/** Process to host: one that answers or refuses is the last. */
export const jobMessage = z.discriminatedUnion('type', [
  /** A part of the answer, as the job's own contract has it. */
  z.strictObject({ type: z.literal('told'), part: z.unknown() }),
  z.strictObject({ type: z.literal('answered'), answer: z.unknown() }),
  /** Why there is no answer, in a sentence that a user reads. */
  z.strictObject({ type: z.literal('refused'), reason: z.string() }),
])
export type JobMessage = z.infer<typeof jobMessage>
