import type { SyntaxNode } from '@lezer/common'
import { asNumber, evaluate, evaluateNumber, parametersOf } from './evaluate.ts'
import { isMathModule, mathConstant } from './mathFunctions.ts'
import {
  add,
  asTruth,
  choose,
  divide,
  floorDivide,
  multiply,
  type Num,
  raise,
  remainder,
  subtract,
} from './numbers.ts'
import type { Reader } from './reader.ts'
import { betweenCommas, childrenOf } from './sourceText.ts'
import { kindInWords, type Scope, type Value } from './values.ts'

/** The value that a function's statements return. @throws PlacedError for what is not arithmetic */
export function runBody(body: SyntaxNode, scope: Scope, reader: Reader): Value {
  const value = runStatements(statementsOf(body), scope, reader)
  if (value === undefined) throw reader.source.error(body, 'the function may end without returning a value')
  return value
}

const statementsOf = (body: SyntaxNode): SyntaxNode[] =>
  childrenOf(body)
    .filter(({ name }) => name !== ':')
    .flatMap((node) =>
      node.name === 'StatementGroup' ? childrenOf(node).filter(({ name }) => name !== ';') : [node],
    )

/** What is returned; undefined where the statements end without that. */
function runStatements(statements: readonly SyntaxNode[], scope: Scope, reader: Reader): Value | undefined {
  for (const [i, node] of statements.entries()) {
    if (node.name === 'ReturnStatement') {
      const value = childrenOf(node)[1]
      if (value === undefined) throw reader.source.error(node, 'a value to return is missing')
      return evaluate(value, scope, reader)
    }
    if (node.name === 'IfStatement') return runIf(node, statements.slice(i + 1), scope, reader)
    runStatement(node, scope, reader)
  }
  return undefined
}

/** Both ways on where only the tick decides, each with the statements that come after. */
function runIf(
  node: SyntaxNode,
  after: readonly SyntaxNode[],
  scope: Scope,
  reader: Reader,
): Value | undefined {
  return reader.within(node, () => branch(branchesOf(node), after, node, scope, reader))
}

interface Branch {
  /** undefined: else */
  readonly test: SyntaxNode | undefined
  readonly body: SyntaxNode
}

export function branchesOf(node: SyntaxNode): Branch[] {
  const branches: Branch[] = []
  let test: SyntaxNode | undefined
  for (const child of childrenOf(node)) {
    if (child.name === 'Body') {
      branches.push({ test, body: child })
      test = undefined
    } else if (!['if', 'elif', 'else'].includes(child.name)) test = child
  }
  return branches
}

function branch(
  [first, ...others]: readonly Branch[],
  after: readonly SyntaxNode[],
  node: SyntaxNode,
  scope: Scope,
  reader: Reader,
): Value | undefined {
  if (first === undefined) return runStatements(after, scope, reader)
  const goOn = (body: SyntaxNode): Value | undefined =>
    runStatements([...statementsOf(body), ...after], new Map(scope), reader)
  if (first.test === undefined) return goOn(first.body)
  const condition = asTruth(evaluateNumber(first.test, scope, reader))
  if (condition.constant !== undefined) {
    return condition.constant !== 0 ? goOn(first.body) : branch(others, after, node, scope, reader)
  }
  const yes = goOn(first.body)
  const no = branch(others, after, node, scope, reader)
  if (yes === undefined || no === undefined) {
    throw reader.source.error(node, 'the function may end without returning a value')
  }
  return choose(condition, asNumber(yes, first.body, reader), asNumber(no, node, reader))
}

/** An assignment, a definition, or what changes no value. */
export function runStatement(node: SyntaxNode, scope: Scope, reader: Reader): void {
  switch (node.name) {
    case 'AssignStatement':
      assign(node, scope, reader)
      break
    case 'UpdateStatement':
      update(node, scope, reader)
      break
    case 'FunctionDefinition':
      define(node, scope, reader)
      break
    case 'ImportStatement':
      importNames(node, scope, reader)
      break
    case 'ExpressionStatement': {
      const [expression] = childrenOf(node)
      if (expression !== undefined && !/String$/.test(expression.name)) evaluate(expression, scope, reader)
      break
    }
    case 'PassStatement':
      break
    default:
      throw reader.source.error(
        node,
        'this statement cannot be read here: a schedule is assignments, if and return',
      )
  }
}

function assign(node: SyntaxNode, scope: Scope, reader: Reader): void {
  const sides: SyntaxNode[][] = [[]]
  for (const child of childrenOf(node)) {
    if (child.name === 'AssignOp') sides.push([])
    else if (child.name !== 'TypeDef') sides.at(-1)?.push(child)
  }
  const last = betweenCommas(sides.pop() ?? [])
  const values = last.flatMap(([value]) => (value === undefined ? [] : [evaluate(value, scope, reader)]))
  if (sides.length === 0 || values.length === 0) return
  const value: Value =
    values.length === 1 ? (values[0] ?? { kind: 'none' }) : { kind: 'list', items: values, isTuple: true }
  for (const side of sides) assignTo(side, value, node, scope, reader)
}

function assignTo(
  side: readonly SyntaxNode[],
  value: Value,
  node: SyntaxNode,
  scope: Scope,
  reader: Reader,
): void {
  const [only] = side
  const isSeveral = side.length > 1 || /^(Tuple|Array)Expression$/.test(only?.name ?? '')
  const targets = betweenCommas(
    side.length > 1 || only === undefined ? side : isSeveral ? childrenOf(only) : side,
  )
  if (!isSeveral) {
    if (only !== undefined) scope.set(reader.source.textOf(only).replace(/\s/g, ''), value)
    return
  }
  if (value.kind === 'unknown') {
    for (const [target] of targets) {
      if (target !== undefined)
        scope.set(reader.source.textOf(target), { kind: 'unknown', path: [reader.source.textOf(target)] })
    }
    return
  }
  if (value.kind !== 'list' || value.items.length !== targets.length) {
    throw reader.source.error(
      node,
      `there are ${targets.length} names for ${value.kind === 'list' ? `${value.items.length} values` : kindInWords(value)}`,
    )
  }
  targets.forEach(([target], i) => {
    const item = value.items[i]
    if (target !== undefined && item !== undefined) scope.set(reader.source.textOf(target), item)
  })
}

const updates: Readonly<Record<string, (a: Num, b: Num) => Num>> = {
  '+=': add,
  '-=': subtract,
  '*=': multiply,
  '/=': divide,
  '//=': floorDivide,
  '%=': remainder,
  '**=': raise,
}

function update(node: SyntaxNode, scope: Scope, reader: Reader): void {
  const [target, sign, value] = childrenOf(node)
  const operation = sign && updates[reader.source.textOf(sign)]
  if (target === undefined || value === undefined || operation === undefined) {
    throw reader.source.error(node, 'this cannot be read here')
  }
  const result = operation(evaluateNumber(target, scope, reader), evaluateNumber(value, scope, reader))
  scope.set(reader.source.textOf(target), result)
}

function define(node: SyntaxNode, scope: Scope, reader: Reader): void {
  const children = childrenOf(node)
  const name = children.find((one) => one.name === 'VariableName')
  const body = children.find((one) => one.name === 'Body')
  if (name === undefined || body === undefined) throw reader.source.error(node, 'a function is not complete')
  const list = children.find((one) => one.name === 'ParamList')
  scope.set(reader.source.textOf(name), {
    kind: 'function',
    parameters: parametersOf(list, scope, reader),
    body,
    scope,
  })
}

/** `import a.b as c` and `from a import b as c`: what c stands for. */
function importNames(node: SyntaxNode, scope: Scope, { source }: Reader): void {
  const children = childrenOf(node)
  const at = children.findIndex(({ name }) => name === 'import')
  const namesIn = (nodes: readonly SyntaxNode[]): string[] =>
    nodes.filter(({ name }) => name === 'VariableName').map(source.textOf)
  const module = namesIn(children.slice(0, at))
  for (const part of betweenCommas(children.slice(at + 1))) {
    const as = part.findIndex(({ name }) => name === 'as')
    const path = [...module, ...namesIn(as < 0 ? part : part.slice(0, as))]
    const local = as < 0 ? path.at(-1) : namesIn(part.slice(as)).at(0)
    if (local === undefined || (as < 0 && module.length === 0)) continue
    const known = module.length === 1 && isMathModule(module[0]) ? mathConstant(path.at(-1) ?? '') : undefined
    scope.set(local, known ?? { kind: 'unknown', path: module.length > 0 ? path.slice(-1) : path })
  }
}
