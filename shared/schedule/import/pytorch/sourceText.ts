import type { SyntaxNode } from '@lezer/common'
import { UserError } from '../../../errors.ts'

/** A part of a text, by character: from `from` up to, but without, `to`. */
export interface Span {
  readonly from: number
  readonly to: number
}

/** What cannot be said here, with its place in the text that was given. */
export class PlacedError extends UserError {
  readonly from: number
  readonly to: number
  /** Both counted from 1. */
  readonly line: number
  readonly column: number
  /** The sentence without the place. */
  readonly reason: string
  override readonly picture: string

  constructor(source: string, { from, to }: Span, reason: string) {
    const { line, column, picture } = placeOf(source, from, to)
    super(`While reading the PyTorch scheduler, line ${line}, column ${column}: ${reason}.`)
    this.from = from
    this.to = to
    this.line = line
    this.column = column
    this.reason = reason
    this.picture = picture
  }
}

/** The longest piece of a line that is shown beside an error. */
const shownCharacters = 100

function placeOf(source: string, from: number, to: number) {
  const start = source.lastIndexOf('\n', from - 1) + 1
  const newline = source.indexOf('\n', from)
  const end = newline < 0 ? source.length : newline
  const line = source.slice(0, from).split('\n').length
  const column = from - start
  const cut = Math.max(0, column - shownCharacters / 2)
  const shown = source.slice(start + cut, Math.min(end, start + cut + shownCharacters)).replaceAll('\t', ' ')
  const width = Math.max(1, Math.min(to, end, start + cut + shownCharacters) - from)
  const picture = `  ${shown.trimEnd()}\n  ${' '.repeat(column - cut)}${'^'.repeat(width)}`
  return { line, column: column + 1, picture }
}

/** A text as its reader sees it: nodes of its syntax, their text, and errors at them. */
export interface SourceText {
  readonly text: string
  readonly original: string
  textOf(node: Span): string
  error(node: Span, reason: string): PlacedError
}

/** @param original as it was pasted: `text` has the same characters at the same places, but for prompts taken out */
export function createSourceText(original: string, text: string): SourceText {
  return {
    text,
    original,
    textOf: ({ from, to }) => text.slice(from, to),
    error: (node, reason) => new PlacedError(original, node, reason),
  }
}

/** The direct children of a node, comments left out. */
export function childrenOf(node: SyntaxNode): SyntaxNode[] {
  const children: SyntaxNode[] = []
  for (let child = node.firstChild; child !== null; child = child.nextSibling) {
    if (child.name !== 'Comment') children.push(child)
  }
  return children
}

/** What stands between the commas of a list of children, brackets left out. */
export function betweenCommas(children: readonly SyntaxNode[]): SyntaxNode[][] {
  const parts: SyntaxNode[][] = [[]]
  for (const child of children) {
    if (child.name === ',') parts.push([])
    else if (!'()[]{}'.includes(child.name)) parts.at(-1)?.push(child)
  }
  return parts.filter((part) => part.length > 0)
}
