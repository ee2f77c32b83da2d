import { spawn } from 'node:child_process'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { type Found, findOrFetchElectron } from './electronBinary.ts'

/*
 * `npm start`: the desktop app, or where there is no Electron, in one line why, and the same app in a browser. Installing
 * and building have been done before.
 */

const root = path.join(import.meta.dirname, '..')
/** Milliseconds within which an Electron that cannot run here has ended. */
const soon = 10_000
const usage =
  'npm start opens Anneal; npm start -- --no-open prints the address to open in a browser instead.'

const options = optionsOf(process.argv.slice(2))
if (options === undefined) {
  console.error(usage)
  process.exitCode = 2
} else if (options['no-open']) {
  process.exitCode = await serve('--no-open')
} else {
  const problem = await openDesktop(await electron())
  if (problem !== undefined) {
    console.error(`No desktop window here (${problem}); opening Anneal in the browser instead.`)
    process.exitCode = await serve()
  }
}

function optionsOf(args: string[]): { 'no-open': boolean } | undefined {
  try {
    return parseArgs({ args, options: { 'no-open': { type: 'boolean', default: false } } }).values
  } catch {
    return undefined
  }
}

async function electron(): Promise<Found> {
  const { DISPLAY, WAYLAND_DISPLAY } = process.env
  if (process.platform === 'linux' && !DISPLAY && !WAYLAND_DISPLAY) return { missing: 'there is no display' }
  return findOrFetchElectron(root, process.env)
}

/** @returns why it did not open; undefined after it has been open */
function openDesktop(found: Found): Promise<string | undefined> {
  if ('missing' in found) return Promise.resolve(found.missing)
  const { ELECTRON_RUN_AS_NODE: _, ...env } = process.env
  const began = Date.now()
  let words = ''
  const child = spawn(found.program, [root], { cwd: root, env, stdio: ['ignore', 'inherit', 'pipe'] })
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    words = `${words}${text}`.slice(-4096)
  })
  return new Promise((resolve) => {
    child.on('error', ({ message }) => resolve(`Electron does not start: ${message}`))
    child.on('close', (code, signal) => {
      if (code === 0) return resolve(undefined)
      const ended = `Electron ended with ${signal ?? `status ${code}`}`
      if (Date.now() - began < soon) return resolve(`${ended}${reason(words)}`)
      console.error(`${ended}${reason(words)}.`)
      process.exitCode = 1
      resolve(undefined)
    })
  })
}

function reason(words: string): string {
  const line = words.split('\n').findLast((each) => /fatal|error|sandbox/i.test(each))
  return line === undefined ? '' : `: ${line.trim().slice(0, 200)}`
}

/** The other door. Ctrl+C reaches it too, and it decides. @returns its exit status */
function serve(...args: string[]): Promise<number> {
  const main = path.join(root, 'src-main', 'cli', 'main.ts')
  const child = spawn(process.execPath, [main, 'serve', ...args], { stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined)
  process.on('SIGTERM', () => child.kill('SIGTERM'))
  return new Promise((resolve) => {
    child.on('error', () => resolve(1))
    child.on('exit', (code) => resolve(code ?? 1))
  })
}
