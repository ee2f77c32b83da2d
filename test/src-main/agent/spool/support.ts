import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { TestContext } from 'node:test'
import type { TrainerEvent } from '../../../../shared/run/messages.ts'
import { openSpool, type Spool } from '../../../../src-main/agent/spool/spool.ts'
import type { SpooledEvent } from '../../../../src-main/workerLink/desk.ts'
import { join } from '../../../../src-main/workerLink/packed.ts'

const key = { runId: 'run1', attempt: 1 }

export async function temporary(t: TestContext): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'anneal-agent-'))
  t.after(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }))
  return folder
}

export interface Watched {
  readonly spool: Spool
  readonly stored: number[]
  readonly troubles: (string | undefined)[]
}

export async function opened(folder: string): Promise<Watched> {
  const stored: number[] = []
  const troubles: (string | undefined)[] = []
  const listener = {
    onStored: (seq: number) => void stored.push(seq),
    onTrouble: (reason: string | undefined) => void troubles.push(reason),
  }
  const spool = await openSpool(path.join(folder, 'run1', '1'), key, listener, () => 10)
  return { spool, stored, troubles }
}

const numbers = (length: number, seed: number): Float64Array<ArrayBuffer> =>
  Float64Array.from({ length }, (_, i) => Math.sin(seed + i))

export const metrics = (seq: number, length = 3): TrainerEvent => ({
  ...key,
  seq,
  type: 'metrics',
  firstStep: seq,
  columns: { lr: numbers(length, seq) },
  samplesPerSecond: 1,
})

/** @param seed of its only tensor: states of one seed hold the same bytes */
export const checkpoint = (seq: number, length = 2000, seed = seq): TrainerEvent => ({
  ...key,
  seq,
  type: 'checkpoint',
  state: {
    position: {
      stepsDone: seq,
      epoch: { lossSum: 0, correct: 0, examples: 0 },
      optimizerScalars: {},
    },
    tensors: [
      { name: 'w', role: 'weight', shape: [length * 2], data: new Uint8Array(numbers(length, seed).buffer) },
    ],
  },
})

export const ended = (seq: number): TrainerEvent => ({
  ...key,
  seq,
  type: 'ended',
  status: 'completed',
  stepsDone: seq,
})

/** An event as its host will read it. */
export async function whole(spool: Spool, { text, parts }: SpooledEvent): Promise<unknown> {
  const bytes = await Promise.all(parts.map((part) => ('bytes' in part ? part.bytes : spool.blob(part))))
  return join(text, bytes)
}

export const superseded = (seq: number): unknown => ({ ...key, seq, type: 'superseded' })
