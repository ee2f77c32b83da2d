import { type Path, pathText } from './tree.ts'

/** Which part of every sequence and chain is open, by the path of the composed schedule; the first where none is named. */
export type Selection = Readonly<Record<string, number>>

export const openPart =
  (selection: Selection) =>
  (path: Path): number =>
    selection[pathText(path)] ?? 0
