import { appendFileSync, renameSync, statSync } from 'node:fs'

/** Takes a line for whoever looks into what went wrong. Never throws. */
export type Log = (line: string) => void

/** Bytes after which a log is put aside; the one before that goes. */
const mostBytes = 2 ** 20

export function createLog(file: string): Log {
  try {
    if (statSync(file).size > mostBytes) renameSync(file, `${file}.old`)
  } catch {
    // There is none yet.
  }
  return (line) => {
    try {
      appendFileSync(file, `${new Date().toISOString()} ${line}\n`)
    } catch {
      // A full disk must not end the program that would say so.
    }
  }
}

/** @param end told in a sentence of an error after which nothing can be relied on */
export function logUncaught(log: Log, end: (sentence: string) => void): void {
  process.on('uncaughtException', (error) => {
    log(`Uncaught: ${error.stack ?? error.message}`)
    end(`${error.message}. Runs in progress are interrupted; Resume goes on from their last checkpoint.`)
  })
  process.on('unhandledRejection', (reason) => {
    log(`Unhandled: ${reason instanceof Error ? reason.stack : String(reason)}`)
  })
}
