import type { SyntaxNode } from '@lezer/common'
import type { ScheduledGroup } from './schedulers.ts'
import type { SourceText } from './sourceText.ts'
import type { Scope, Value } from './values.ts'

/** What is told beside the text. */
export interface Told {
  /** The optimizer's rate, where the text does not make one. */
  readonly lr?: number | undefined
  readonly momentum?: number | undefined
  /** What len() of a loader is. */
  readonly stepsPerEpoch?: number | undefined
}

/** The reading of one text. */
export interface Reader {
  readonly source: SourceText
  readonly told: Told
  /** The group of any optimizer that the text does not make. */
  readonly group: ScheduledGroup
  /** What a user should know of how it was read. */
  readonly notes: Set<string>
  /** What a call comes to: the functions and schedulers that may be called stand in call.ts, which evaluates its values. */
  call(node: SyntaxNode, scope: Scope): Value
  /** Reads a part, and refuses the text where it is nested too deep or would take too long. */
  within<T>(node: SyntaxNode, read: () => T): T
  /** Refuses a list that is too long. */
  limit(length: number, node: SyntaxNode): void
}

const maxDepth = 200
const maxParts = 50_000
const maxList = 10_000

export function createReader(
  source: SourceText,
  told: Told,
  call: (node: SyntaxNode, scope: Scope, reader: Reader) => Value,
): Reader {
  let [depth, parts] = [0, 0]
  const reader: Reader = {
    source,
    told,
    group: { lr: told.lr ?? Number.NaN, momentum: told.momentum, movesMomentum: false },
    notes: new Set(),
    call: (node, scope) => call(node, scope, reader),
    within(node, read) {
      if (depth >= maxDepth) throw source.error(node, `this is nested deeper than ${maxDepth} levels`)
      parts += 1
      if (parts > maxParts)
        throw source.error(node, 'this has more parts than can be read: write it more simply')
      depth += 1
      try {
        return read()
      } finally {
        depth -= 1
      }
    },
    limit(length, node) {
      if (length > maxList)
        throw source.error(node, `a list of ${length} values is longer than the ${maxList} that can be read`)
    },
  }
  return reader
}
