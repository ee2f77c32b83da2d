import { renameSync, writeFileSync } from 'node:fs'

/** A small file of this lab that nobody else may read: written beside, flushed and renamed, it is there whole or as it was. */
export function replaceFile(file: string, text: string): void {
  const beside = `${file}.${process.pid}`
  writeFileSync(beside, text, { mode: 0o600, flush: true })
  renameSync(beside, file)
}
