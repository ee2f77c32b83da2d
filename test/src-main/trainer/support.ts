import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { random } from '../../../shared/random.ts'
import {
  type StartMessage,
  type TrainerEvent,
  type TrainerEventOf,
  type TrainerState,
  trainerEvent,
} from '../../../shared/run/messages.ts'
import { initialPlan } from '../../../shared/run/plan.ts'
import { parseRunSpec, type RunSpec } from '../../../shared/run/spec.ts'
import { contentId } from '../../../src-main/datasets/contentId.ts'
import { type Command, CommandQueue } from '../../../src-main/trainer/commands.ts'
import { runTrainer } from '../../../src-main/trainer/run.ts'

const trainCount = 96
/** Training examples that are left when a quarter is kept for validation, as `tinySpec` does. */
const trainingPart = 72

/** Stores 96 training and 24 test images of 8×8 in 3 classes that a small model can learn, and answers their folder. */
export async function tinyDataset(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'anneal-trainer-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  await tinyDatasetIn(folder)
  return folder
}

export async function tinyDatasetIn(folder: string): Promise<void> {
  const [testCount, pixels, classes] = [24, 64, 3]
  const count = trainCount + testCount
  const rng = random(1, 'tiny images')
  const labels = Uint16Array.from({ length: count }, (_, i) => i % classes)
  const examples = new Uint8Array(count * pixels)
  for (let i = 0; i < examples.length; i++) {
    const bright = i % 8 < 4 === ((labels[Math.floor(i / pixels)] ?? 0) === 1)
    examples[i] = rng.below(160) + (bright ? 60 : 0) + 12 * (labels[Math.floor(i / pixels)] ?? 0)
  }
  const content = {
    kind: 'image' as const,
    shape: [8, 8, 1],
    dtype: 'uint8' as const,
    classes: ['a', 'b', 'c'],
    trainCount,
    testCount,
  }
  const digest = (bytes: NodeJS.ArrayBufferView) => createHash('sha256').update(bytes).digest('hex')
  const id = contentId(content, { examples: digest(examples), labels: digest(labels) })
  const meta = { version: 1, id, name: 'tiny', ...content, source: 'made for the test' }
  await writeFile(join(folder, 'meta.json'), JSON.stringify(meta))
  await writeFile(join(folder, 'examples.bin'), examples)
  await writeFile(join(folder, 'labels.bin'), new Uint8Array(labels.buffer))
}

/** A spec of 6 epochs of 9 steps in 3 cosine cycles, with `changes` on top. */
export function tinySpec(changes: Record<string, unknown> = {}): RunSpec {
  return parseRunSpec({
    dataset: { name: 'tiny', validation: 0.25 },
    model: { kind: 'mlp', hidden: [12] },
    schedule: { kind: 'snapshot', cycles: 3, lrMax: 0.05 },
    batchSize: 8,
    budget: { epochs: 6 },
    ...changes,
  })
}

/** Tests name a data set by its folder. */
export function startRequest(
  datasetFolder: string,
  spec: RunSpec,
  changes: Partial<StartMessage> = {},
): StartMessage {
  const plan = initialPlan(spec, trainingPart)
  return {
    type: 'start',
    runId: 'run',
    attempt: 1,
    spec,
    datasetId: datasetFolder,
    plan,
    edits: [],
    ...changes,
  }
}

export interface Trained {
  readonly events: TrainerEvent[]
  of<T extends TrainerEvent['type']>(type: T): TrainerEventOf<T>[]
  /** One series, over all steps received. */
  series(name: string): number[]
  readonly ended: TrainerEventOf<'ended'>
  /** The last checkpoint. */
  readonly state: TrainerState
}

export interface Hooks {
  /** Commands that arrive after so many steps of this attempt. */
  readonly after?: Readonly<Record<number, readonly Command[]>>
  /** Called after every step of this attempt, counted from 1. */
  readonly onStep?: (stepsTaken: number) => void
  /** Milliseconds that a step takes on the test's clock. */
  readonly stepMs?: number
  readonly onEvent?: (event: TrainerEvent, commands: CommandQueue) => void
}

/** Trains in this process under a clock that only steps move. Every event must pass the protocol's schema. */
export async function train(request: StartMessage, hooks: Hooks = {}): Promise<Trained> {
  const events: TrainerEvent[] = []
  const commands = new CommandQueue()
  let taken = 0
  const arrive = (): void => {
    for (const command of hooks.after?.[taken] ?? []) commands.push(command)
  }
  arrive()
  await runTrainer(request, {
    commands,
    folderOf: (datasetId) => datasetId,
    clock: () => taken * (hooks.stepMs ?? 10),
    send(event) {
      events.push(trainerEvent.parse(event))
      hooks.onEvent?.(event, commands)
    },
    async breathe() {
      taken++
      hooks.onStep?.(taken)
      arrive()
    },
  })
  return summary(events)
}

export function summary(events: TrainerEvent[]): Trained {
  const of = <T extends TrainerEvent['type']>(type: T): TrainerEventOf<T>[] =>
    events.filter((event): event is TrainerEventOf<T> => event.type === type)
  return {
    events,
    of,
    series: (name) => of('metrics').flatMap(({ columns }) => [...(columns[name] ?? [])]),
    get ended() {
      return existing(of('ended').at(-1), 'ended event')
    },
    get state() {
      return existing(of('checkpoint').at(-1), 'checkpoint').state
    },
  }
}

export function existing<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`there is no ${what}`)
  return value
}
