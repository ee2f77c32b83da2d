import type { SyntaxNode } from '@lezer/common'
import { constant, type Num } from './numbers.ts'
import type { SourceText } from './sourceText.ts'

/** 1_000, 0x10, 3e-4 */
export function numberText(source: SourceText, node: SyntaxNode): Num {
  const text = source.textOf(node).replaceAll('_', '').toLowerCase()
  const isBased = /^0[xob]/.test(text)
  const value = Number(text)
  if (Number.isNaN(value)) throw source.error(node, `${text} is no number that a schedule knows`)
  const hasPoint = source.original[node.to] === '.'
  return constant(value, isBased || (/^\d+$/.test(text) && !hasPoint))
}

/** The text between the quotes, without escapes: schedulers take only words. */
export function stringText(source: SourceText, node: SyntaxNode): string {
  const [, prefix = '', quote, text = ''] = /^(\w*)("""|'''|"|')([\s\S]*)\2$/.exec(source.textOf(node)) ?? []
  if (quote === undefined || /[fb]/i.test(prefix)) throw source.error(node, 'a plain text is needed here')
  return text
}
