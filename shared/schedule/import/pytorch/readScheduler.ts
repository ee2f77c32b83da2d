import type { SyntaxNode } from '@lezer/common'
import { parser } from '@lezer/python'
import { UserError } from '../../../errors.ts'
import { callValue } from './call.ts'
import { evaluate } from './evaluate.ts'
import { createReader, type Reader, type Told } from './reader.ts'
import { childrenOf, createSourceText, type SourceText } from './sourceText.ts'
import { branchesOf, runStatement } from './statements.ts'
import type { SchedulerValue, Scope, Value } from './values.ts'

/** The longest text that is read, in characters. */
const maxText = 20_000

export interface FoundScheduler extends SchedulerValue {
  readonly source: SourceText
  readonly notes: Set<string>
}

/**
 * The scheduler that a few lines of Python leave: the variable `scheduler` (or one whose name ends so), else the one made
 * last. The text is parsed, never run: of Python there is arithmetic, assignments and functions of these.
 * @throws PlacedError for what cannot be said, UserError where there is no scheduler in the text
 */
export function readScheduler(text: string, told: Told): FoundScheduler {
  if (text.length > maxText) {
    throw new UserError(
      `While reading the PyTorch scheduler: the text must have at most ${maxText} characters (received ${text.length}); paste the lines that make the scheduler.`,
    )
  }
  const source = createSourceText(text, withoutPoints(withoutPrompts(text)))
  const root = parser.parse(source.text).topNode
  refuseErrors(root, source)
  const reader = createReader(source, told, callValue)
  const found = statements(root, reader)
  if (found !== undefined) return { ...found, source, notes: reader.notes }
  throw new UserError(
    'While reading the PyTorch scheduler: the text makes no scheduler; paste its constructor, as in StepLR(optimizer, step_size=30).',
  )
}

/** Python's prompts as blanks, so that every character keeps its place. */
function withoutPrompts(text: string): string {
  const lines = text.replaceAll('\r', ' ').split('\n')
  if (!lines.some((line) => /^\s*>>> /.test(line))) return lines.join('\n')
  return lines
    .map((line) => line.replace(/^(\s*)(>>>|\.\.\.)( |$)/, (prompt) => ' '.repeat(prompt.length)))
    .join('\n')
}

/** `20.` as `20 `, and `1.e3` as `1e3 `, which the grammar has no words for; literals.ts looks for the point. */
const withoutPoints = (text: string): string =>
  text
    .replace(/(?<![\w.])(\d[\d_]*)\.(?![\w.])/g, '$1 ')
    .replace(/(?<![\w.])(\d[\d_]*)\.(e[+-]?\d+)/gi, '$1$2 ')

function refuseErrors(root: SyntaxNode, source: SourceText): void {
  const cursor = root.cursor()
  do {
    if (!cursor.type.isError) continue
    const at = Math.min(cursor.from, Math.max(0, source.text.trimEnd().length - 1))
    throw source.error(
      { from: at, to: Math.max(at + 1, cursor.to) },
      'this is no Python: something is missing or too much here',
    )
  } while (cursor.next())
}

/** Statements that only use what others have made. */
const skipped = new Set([
  'ForStatement',
  'WhileStatement',
  'WithStatement',
  'TryStatement',
  'ClassDefinition',
  'DecoratedStatement',
  'AssertStatement',
  'DeleteStatement',
  'ScopeStatement',
])

function statements(root: SyntaxNode, reader: Reader): SchedulerValue | undefined {
  const scope: Scope = new Map()
  let last: SchedulerValue | undefined
  const run = (nodes: readonly SyntaxNode[]): void => {
    for (const node of nodes) {
      if (node.name === 'StatementGroup') run(childrenOf(node).filter(({ name }) => name !== ';'))
      else if (node.name === 'IfStatement') run(taken(node, scope, reader))
      else if (skipped.has(node.name)) {
        reader.notes.add(`${firstLine(node, reader)} was not read: Anneal does the training.`)
      } else last = schedulerIn(valueLeftBy(node, scope, reader)) ?? last
    }
  }
  run(childrenOf(root))
  return named(scope) ?? last
}

const firstLine = (node: SyntaxNode, { source }: Reader): string =>
  source.textOf(node).split('\n')[0]?.trim() ?? ''

/** The value of a statement that has one. */
function valueLeftBy(node: SyntaxNode, scope: Scope, reader: Reader): Value | undefined {
  if (node.name === 'ExpressionStatement' || node.name === 'ReturnStatement') {
    const expression = childrenOf(node).find(({ name }) => name !== 'return')
    if (expression === undefined || /String$/.test(expression.name)) return undefined
    return evaluate(expression, scope, reader)
  }
  const before = new Set(scope.values())
  runStatement(node, scope, reader)
  return [...scope.values()].filter((value) => value.kind === 'scheduler' && !before.has(value)).at(-1)
}

const schedulerIn = (value: Value | undefined): SchedulerValue | undefined =>
  value?.kind === 'scheduler' ? value : undefined

/** The variable that is called so, or whose name ends so. */
function named(scope: Scope): SchedulerValue | undefined {
  const found = [...scope].flatMap(([name, value]) => (value.kind === 'scheduler' ? [{ name, value }] : []))
  const exact =
    found.find(({ name }) => name === 'scheduler') ??
    found.find(({ name }) => /\.(lr_)?scheduler$/.test(name))
  return exact?.value
}

/** The statements of the branch that is taken, where the text says which. */
function taken(node: SyntaxNode, scope: Scope, reader: Reader): SyntaxNode[] {
  for (const { test, body } of branchesOf(node)) {
    const statements = childrenOf(body).filter(({ name }) => name !== ':')
    if (test === undefined) return statements
    const value = evaluate(test, scope, reader)
    if (value.kind === 'number' && value.constant !== undefined) {
      if (value.constant !== 0) return statements
    } else
      throw reader.source.error(test, 'which branch is taken is not known here: leave the lines that are')
  }
  return []
}
