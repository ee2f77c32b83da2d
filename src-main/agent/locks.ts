import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { link, readdir, readFile, rename, stat, unlink, utimes, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { ownerText, stateOf } from '../process/owner.ts'
import { codeOf } from './spool/durable.ts'

/** Who uses what in a folder that several processes share, perhaps of several machines. */
export interface Locks {
  /** @returns what takes the mark away again */
  use(id: string): Promise<() => Promise<void>>
  isUsed(id: string): Promise<boolean>
  /** For one alone. @returns what lets go of it; undefined where another has it */
  claim(id: string): Promise<(() => Promise<void>) | undefined>
}

/** Milliseconds between two signs of life, and without one after which a process of another machine is taken for dead. */
const signEvery = 20_000
const deadAfter = 120_000

export function createLocks(folder: string): Locks {
  async function held(file: string): Promise<() => Promise<void>> {
    await write(file)
    const sign = setInterval(() => {
      const now = new Date()
      void utimes(file, now, now).catch(() => undefined)
    }, signEvery).unref()
    return async () => {
      clearInterval(sign)
      await unlink(file).catch(() => undefined)
    }
  }

  return {
    use: (id) => held(path.join(folder, `.use-${id}.${randomUUID()}.lock`)),
    async isUsed(id) {
      const marks = (await readdir(folder)).filter((name) => name.startsWith(`.use-${id}.`))
      const found = await Promise.all(marks.map((name) => isHeld(path.join(folder, name))))
      return found.includes(true)
    },
    async claim(id) {
      const file = path.join(folder, `.${id}.lock`)
      if (await isHeld(file)) return undefined
      try {
        return await held(file)
      } catch (error) {
        // Another was quicker.
        if (codeOf(error) === 'EEXIST') return undefined
        throw error
      }
    },
  }
}

/** Milliseconds within which whoever makes a mark has signed it. */
const signedWithin = 10_000

/** @throws what the system says, EEXIST where there is one; then none is left behind */
async function write(file: string): Promise<void> {
  await writeFile(file, '', { flag: 'wx' })
  try {
    await writeFile(file, ownerText())
  } catch (error) {
    await unlink(file).catch(() => undefined)
    throw error
  }
}

/** Whether somebody who lives has it; the mark of a dead one is taken away. */
async function isHeld(file: string): Promise<boolean> {
  if (!(await isDead(file))) return existsSync(file)
  // Two may find it dead, and the second must not take away what the first has made in its place.
  const aside = `${file}.${randomUUID()}`
  try {
    await rename(file, aside)
  } catch {
    return existsSync(file)
  }
  const isLiving = !(await isDead(aside))
  if (isLiving) await link(aside, file).catch(() => undefined)
  await unlink(aside).catch(() => undefined)
  return isLiving
}

async function isDead(file: string): Promise<boolean> {
  try {
    const text = await readFile(file, 'utf8')
    const age = Date.now() - (await stat(file)).mtimeMs
    // Just made, and not yet signed.
    if (text === '') return age >= signedWithin
    const state = stateOf(text)
    return state === 'dead' || (state === 'elsewhere' && age >= deadAfter)
  } catch {
    return false
  }
}
