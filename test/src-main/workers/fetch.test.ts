import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import type { AttemptKey } from '../../../shared/worker/protocol.ts'
import { createLocks } from '../../../src-main/agent/locks.ts'
import { openSpool } from '../../../src-main/agent/spool/spool.ts'
import { Away, type Desk } from '../../../src-main/workerLink/desk.ts'
import { fetchOverStreams } from '../../../src-main/workers/fetchOverStreams.ts'
import { invokeHere } from '../cli/testTerminal.ts'
import { asked, openWorkersLab, trainingOf, type WorkersLab } from './lab.ts'

/* What a worker without a network keeps comes home over the pipes of a program that a shell has started. */

let lab: WorkersLab
before(async () => {
  lab = await openWorkersLab()
  // Who listens is asked to store what comes: it watches the runs.
  lab.joined('first')
  await lab.service.listen(0)
  assert.notEqual((await lab.service.info()).address, null)
})
after(() => lab.close())

const program = path.join(import.meta.dirname, '../../../src-main/cli/main.ts')

interface Kept {
  readonly key: AttemptKey
  readonly folder: string
  readonly worker: { readonly id: string; readonly name: string; readonly desk: Desk }
  /** What a shell starts to bring it home. */
  readonly drain: string
}

/** A worker whose agent has trained a whole run, and ended before its host heard a word. */
async function kept(name: string): Promise<Kept> {
  const { id, token, desk } = lab.joined(name)
  const run = lab.placed()
  const answer = await desk.start(asked(run.id))
  assert.equal(answer.type, 'start')
  const key = { runId: run.id, attempt: 1 }
  const folder = path.join(lab.home, `worker of ${name}`)
  mkdirSync(folder)
  const file = { id, name, token, host: '10.255.255.1', port: 7342, pin: 'a'.repeat(64) }
  writeFileSync(path.join(folder, 'worker.json'), JSON.stringify(file))
  const listener = { onStored: () => undefined, onTrouble: () => undefined }
  const spool = await openSpool(path.join(folder, 'spool', run.id, '1'), key, listener, () => 10)
  for (const event of lab.events) spool.append({ ...event, ...key })
  await spool.settled()
  await spool.close()
  const drain = `'${process.execPath}' '${program}' worker drain --folder '${folder}'`
  return { key, folder, worker: { id, name, desk }, drain }
}

const left = (folder: string): string[] =>
  existsSync(path.join(folder, 'spool')) ? readdirSync(path.join(folder, 'spool')) : []

/** ssh, without another machine. */
function localShell(): NodeJS.ProcessEnv {
  const bin = path.join(lab.home, 'bin')
  mkdirSync(bin, { recursive: true })
  writeFileSync(path.join(bin, 'ssh'), '#!/bin/sh\necho "Welcome to $1!"\nexec sh -c "$2"\n')
  chmodSync(path.join(bin, 'ssh'), 0o755)
  return { ...process.env, PATH: `${bin}${path.delimiter}${process.env.PATH}` }
}

/** @param cutAfter bytes of the worker's after which the line is cut */
async function fetched(
  { worker, drain }: Kept,
  desk: Desk,
  as = worker,
  cutAfter = Number.POSITIVE_INFINITY,
) {
  const child = spawn('sh', ['-c', `echo hello; ${drain}`], { stdio: ['pipe', 'pipe', 'pipe'] })
  // Not before the program itself has ended, and let go of its spool.
  const ended = new Promise((resolve) => child.once('close', resolve))
  child.stdin.on('error', () => undefined)
  let [said, bytes] = ['', 0]
  child.stderr.setEncoding('utf8').on('data', (more: string) => {
    said += more
  })
  child.stdout.on('data', (more: Buffer) => {
    bytes += more.byteLength
    if (bytes <= cutAfter) return
    child.stdout.destroy()
    child.stdin.destroy()
  })
  const log: string[] = []
  const problem = await fetchOverStreams({
    worker: as,
    deskFor: () => desk,
    input: child.stdout,
    output: child.stdin,
    log: (line) => log.push(line),
  }).catch((error: unknown) => (error instanceof Error ? error.message : String(error)))
  return { problem, code: await ended, said, log }
}

test('anneal workers fetch: the run is the one that was trained here, and nothing is left there', async () => {
  const there = await kept('gpu-box')
  const args = ['workers', 'fetch', 'gpu-box', '--ssh', 'me@box', '--run', there.drain]
  const { code, err } = await invokeHere(lab.home, args, { env: localShell() })
  assert.equal(code, 0, err)
  assert.deepEqual(trainingOf(lab.core, there.key.runId), trainingOf(lab.core, lab.original.id))
  assert.deepEqual(left(there.folder), [])
  const again = await invokeHere(lab.home, args, { env: localShell() })
  assert.equal(again.code, 0, again.err)
})

test('a line that is cut in the middle loses nothing: the next one brings the rest', async () => {
  const there = await kept('cut-box')
  let pushes = 0
  const stubborn: Desk = {
    ...there.worker.desk,
    async push(key, events) {
      pushes += 1
      // The first time the answer is lost with the line.
      if (pushes === 1) throw new Away('the line is cut')
      return there.worker.desk.push(key, events)
    },
  }
  const cut = await fetched(there, stubborn, there.worker, 2000)
  assert.notEqual(cut.code, 0)
  assert.deepEqual(left(there.folder), [there.key.runId])
  const rest = await fetched(there, there.worker.desk)
  assert.deepEqual([rest.problem, rest.code], [undefined, 0], rest.said)
  assert.deepEqual(trainingOf(lab.core, there.key.runId), trainingOf(lab.core, lab.original.id))
  assert.deepEqual(left(there.folder), [])
})

test('the folder of another worker, one that is in use, and what is no worker are refused in words', async () => {
  const there = await kept('one')
  const other = { ...there.worker, id: 'zzzzzzzz', name: 'two' }
  const wrong = await fetched(there, there.worker.desk, other)
  assert.match(wrong.problem ?? '', /the one of the worker one .* and two .* was asked for/)
  assert.match(wrong.said, /two .* was asked for/)
  assert.equal(wrong.code, 1)

  const unlock = await createLocks(there.folder).claim('agent')
  const busy = await fetched(there, there.worker.desk)
  await unlock?.()
  assert.match(busy.said, /its worker runs/)
  assert.deepEqual(left(there.folder), [there.key.runId])

  const args = ['workers', 'fetch', 'one', '--ssh', 'box', '--run']
  for (const [run, reason] of [
    ['echo anything', /does not speak as a worker/],
    [`printf '\\nanneal frames 1\\n\\377\\377\\377\\377'`, /a message of 4294967295 bytes/],
    ['exit 255', /does not speak as a worker.*ended with 255/],
  ] as const) {
    const { code, err } = await invokeHere(lab.home, [...args, run], { env: localShell() })
    assert.equal(code, 2, err)
    assert.match(err, reason)
  }
  const option = await invokeHere(lab.home, ['workers', 'fetch', 'one', '--ssh', '-oProxyCommand=x'])
  assert.match(option.err, /must be what you type after ssh/)
})
