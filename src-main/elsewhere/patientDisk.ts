import { type Dirent, readdir, type Stats, stat } from 'node:fs'
import { UserError } from '../../shared/errors.ts'

/*
 * Looking at files of a drive that may be gone: one that does not answer keeps whoever asks waiting for minutes. So nothing is
 * asked in the thread of the host, and one answer is waited for at a time: each takes one of the four threads in which Node
 * asks, and when all of them wait, nothing of the host reads a file any more.
 */

/** Milliseconds in which a drive has to answer. */
const LIMIT = 5000
/** Questions of all folders that may hang at once: the other threads are for the rest of the host. */
const MOST_HUNG = 2

/** Of all folders. */
const hung = new Set<string>()

/** What is asked of the system: as node:fs has it. */
export interface AskedDisk {
  stat(path: string, told: (error: Error | null, found?: Stats) => void): void
  readdir(
    path: string,
    options: { readonly withFileTypes: true },
    told: (error: Error | null, found?: Dirent[]) => void,
  ): void
}

/** What is not there, or may not be looked into, is undefined. All throw a UserError where the drive does not answer. */
export interface PatientDisk {
  stat(path: string): Promise<Stats | undefined>
  list(folder: string): Promise<Dirent[] | undefined>
}

/** @param limit milliseconds */
export function createPatientDisk(limit: number = LIMIT, asked: AskedDisk = { stat, readdir }): PatientDisk {
  /** What was asked about and has not been answered. */
  let unanswered: string | undefined
  const silent = (path: string): UserError =>
    new UserError(
      `While reading event files: ${path} has not been answered about within ${limit / 1000} s, as of a drive that is gone; it is read on when it is.`,
    )
  const ask = <T>(path: string, put: (told: (error: Error | null, found?: T) => void) => void) =>
    new Promise<T | undefined>((resolve, reject) => {
      // What hangs still is not asked again.
      const [other] = hung
      const waiting = unanswered ?? (hung.size >= MOST_HUNG ? other : undefined)
      if (waiting !== undefined) return reject(silent(waiting))
      const timer = setTimeout(() => {
        unanswered = path
        hung.add(path)
        reject(silent(path))
      }, limit)
      put((error, found) => {
        clearTimeout(timer)
        unanswered = undefined
        hung.delete(path)
        resolve(error === null ? found : undefined)
      })
    })
  return {
    stat: (path) => ask<Stats>(path, (told) => asked.stat(path, told)),
    list: (folder) => ask<Dirent[]>(folder, (told) => asked.readdir(folder, { withFileTypes: true }, told)),
  }
}
