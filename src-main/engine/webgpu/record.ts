import { untimed } from '../kernelTimes.ts'
import { offerRecorder, type StepChanges, type StepRecord, type StepSource } from '../recording.ts'
import * as tf from '../tf.ts'
import { Arena } from './arena.ts'
import { RecordingBackend, wordsOf } from './backend.ts'
import { type Plan, type PlannedVariable, planOf } from './plan.ts'
import { rehearse } from './rehearsal.ts'
import { SettingsBuffer } from './settings.ts'
import type { Dispatch } from './trace.ts'

/* A step as a list of dispatches whose bindings are made once: a command buffer of one pass, and what changes. */

export function registerRecorder(): void {
  offerRecorder(recordOnWebgpu)
}

/** What a backend's records have in common. */
const shared = new WeakMap<RecordingBackend, { arena: Arena; records: Set<Recorded> }>()

export function recordOnWebgpu(source: StepSource): StepRecord | undefined {
  const backend = tf.backend()
  if (!(backend instanceof RecordingBackend)) return undefined
  const { arena, records } = shared.get(backend) ?? { arena: new Arena(backend), records: new Set() }
  shared.set(backend, { arena, records })
  // Of models that are gone.
  for (const record of records) if (!record.holds) record.dispose()
  try {
    const plan = untimed(() => planOf(rehearse(backend, source, 0), rehearse(backend, source, 1)))
    backend.flush()
    const record = new Recorded(backend, plan, arena, () => {
      records.delete(record)
      if (records.size === 0) arena.clear()
    })
    records.add(record)
    // Of the trials, which held every tensor to their end.
    arena.shrinkStore(plan.bytes)
    return record
  } catch {
    // Whatever it is that cannot be traced: the tape does it, or fails with its own words.
    return undefined
  }
}

/** A dispatch with its bindings, of which there are two where it names what a variable has and is given: they change places. */
interface Bound {
  readonly dispatch: Dispatch
  readonly changes: boolean
  readonly groups: (GPUBindGroup | undefined)[]
}

class Recorded implements StepRecord {
  readonly tellsKernels = false
  readonly #backend: RecordingBackend
  readonly #plan: Plan
  readonly #arena: Arena
  readonly #ended: () => void
  readonly #settings: SettingsBuffer
  /** The buffer of each block in the step that comes next; undefined for those of variables, until that step looks them up. */
  readonly #buffers: (GPUBuffer | undefined)[]
  readonly #bound: readonly Bound[]
  /** What is to be given back with the record: constants, and what variables are given next. */
  readonly #own: readonly number[]
  #turn = 0
  #isDisposed = false

  constructor(backend: RecordingBackend, plan: Plan, arena: Arena, ended: () => void) {
    const { dispatches, bytes, constants, variables } = plan
    this.#backend = backend
    this.#plan = plan
    this.#arena = arena
    this.#ended = ended
    this.#settings = new SettingsBuffer(backend.device, dispatches)
    const given = variables.flatMap(({ after }) => after ?? [])
    this.#own = [...constants.keys(), ...given]
    const own = new Set(this.#own)
    const befores = new Set(variables.map(({ before }) => before))
    const free = bytes.flatMap((_, block) =>
      own.has(block) || befores.has(block) || plan.shared.has(block) ? [] : block,
    )
    const common = arena.share([...plan.buffers, ...free.map((block) => bytes[block] ?? 0)])
    const places = new Map([
      ...plan.shared,
      ...free.map((block, i) => [block, plan.buffers.length + i] as const),
    ])
    this.#buffers = bytes.map((size, block) =>
      befores.has(block) ? undefined : (common[places.get(block) ?? -1] ?? arena.own(size)),
    )
    for (const [block, values] of constants) backend.queue.writeBuffer(this.#bufferOf(block), 0, values)
    const changing = new Set(
      variables.flatMap(({ before, after }) => (after === undefined ? [] : [before, after])),
    )
    this.#bound = dispatches.map((dispatch) => ({
      dispatch,
      changes: dispatch.blocks.some((block) => changing.has(block)),
      groups: [],
    }))
  }

  get holds(): boolean {
    return (
      !this.#isDisposed &&
      tf.backend() === this.#backend &&
      this.#plan.variables.every(({ variable }) => !variable.isDisposed)
    )
  }

  async replay({ inputs, key, attributes }: StepChanges): Promise<Float32Array[]> {
    const { queue, device } = this.#backend
    const { draws } = this.#plan
    for (const { variable } of this.#plan.variables) this.#backend.uploadToGPU(variable.dataId)
    this.#backend.flush()
    const encoder = device.createCommandEncoder()
    this.#bringInputs(encoder, inputs)
    for (const planned of this.#plan.variables) this.#bringVariable(encoder, planned)
    for (const [block, draw] of draws) queue.writeBuffer(this.#bufferOf(block), 0, draw(key))
    this.#settings.write(queue, attributes)
    this.#give(encoder)
    const { staging, copied } = this.#copyResults(encoder)
    queue.submit([encoder.finish()])
    this.#changePlaces()
    return this.#backend.guarded(this.#read(staging, copied))
  }

  dispose(): void {
    if (this.#isDisposed) return
    this.#isDisposed = true
    this.#arena.giveBack(this.#own.map((block) => this.#bufferOf(block)))
    this.#settings.destroy()
    this.#ended()
  }

  #bringInputs(encoder: GPUCommandEncoder, inputs: readonly tf.Tensor[]): void {
    const { tensorMap, queue } = this.#backend
    for (const [place, block] of this.#plan.inputs.entries()) {
      const input = inputs[place]
      if (block === undefined || input === undefined) continue
      const { values, dtype } = tensorMap.get(input.dataId)
      const buffer = this.#bufferOf(block)
      if (values) queue.writeBuffer(buffer, 0, wordsOf(values, dtype))
      else encoder.copyBufferToBuffer(this.#backend.bufferOf(input.dataId), 0, buffer, 0, buffer.size)
    }
  }

  /** Its numbers are about to change: who shares them keeps the old ones. */
  #bringVariable(encoder: GPUCommandEncoder, { variable, before, after }: PlannedVariable): void {
    const backend = this.#backend
    if (after !== undefined && backend.refCount(variable.dataId) > 1) {
      const source = backend.bufferOf(variable.dataId)
      const info = backend.makeTensorInfo(variable.shape, variable.dtype)
      backend.uploadToGPU(info.dataId)
      encoder.copyBufferToBuffer(source, 0, backend.bufferOf(info.dataId), 0, source.size)
      const copy = tf.engine().makeTensorFromTensorInfo(info)
      variable.assign(copy)
      copy.dispose()
    }
    const buffer = backend.bufferOf(variable.dataId)
    if (buffer === this.#buffers[before]) return
    this.#buffers[before] = buffer
    for (const { dispatch, groups } of this.#bound)
      if (dispatch.blocks.some((block) => block === before || block === after)) groups.length = 0
  }

  #give(encoder: GPUCommandEncoder): void {
    const pass = encoder.beginComputePass()
    let current: GPUComputePipeline | undefined
    for (const bound of this.#bound) {
      const { pipeline, groups } = bound.dispatch
      if (pipeline !== current) pass.setPipeline(pipeline)
      current = pipeline
      pass.setBindGroup(0, this.#groupOf(bound))
      pass.dispatchWorkgroups(...groups)
    }
    pass.end()
  }

  #groupOf({ dispatch, changes, groups }: Bound): GPUBindGroup {
    const way = changes ? this.#turn : 0
    const known = groups[way]
    if (known !== undefined) return known
    const buffers = dispatch.blocks.map(
      (block): GPUBindingResource => ({ buffer: this.#bufferOf(block), size: this.#plan.bytes[block] ?? 0 }),
    )
    const resources = [...buffers, this.#settings.bindingOf(dispatch)]
    const group = this.#backend.device.createBindGroup({
      layout: dispatch.pipeline.getBindGroupLayout(0),
      entries: resources.map((resource, binding) => ({ binding, resource })),
    })
    groups[way] = group
    return group
  }

  /** What a variable was given becomes its own; the next step gives it what it had before. */
  #changePlaces(): void {
    for (const { variable, before, after } of this.#plan.variables) {
      if (after === undefined) continue
      const [old, made] = [this.#bufferOf(before), this.#bufferOf(after)]
      // What was read of the old ones is kept beside them.
      Object.assign(this.#backend.tensorMap.get(variable.dataId), { resource: made, values: null })
      this.#buffers[before] = made
      this.#buffers[after] = old
    }
    this.#turn = 1 - this.#turn
  }

  #copyResults(encoder: GPUCommandEncoder): { staging: GPUBuffer; copied: readonly [number, number][] } {
    const copied: [number, number][] = []
    let end = 0
    for (const block of this.#plan.results) {
      const size = this.#plan.bytes[block] ?? 0
      copied.push([end, size])
      end += size
    }
    const usage = GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ
    const staging = this.#backend.bufferManager.acquireBuffer(end, usage)
    for (const [i, block] of this.#plan.results.entries()) {
      const [at, size] = copied[i] ?? [0, 0]
      encoder.copyBufferToBuffer(this.#bufferOf(block), 0, staging, at, size)
    }
    return { staging, copied }
  }

  async #read(staging: GPUBuffer, copied: readonly [number, number][]): Promise<Float32Array[]> {
    await staging.mapAsync(GPUMapMode.READ)
    const range = staging.getMappedRange()
    const results = copied.map(([at, size]) => new Float32Array(range.slice(at, at + size)))
    staging.unmap()
    this.#backend.bufferManager.releaseBuffer(staging)
    return results
  }

  /** @throws Error where the plan names a block that has no buffer */
  #bufferOf(block: number): GPUBuffer {
    const buffer = this.#buffers[block]
    if (buffer === undefined) throw new Error(`block ${block} of a recorded step has no buffer`)
    return buffer
  }
}
