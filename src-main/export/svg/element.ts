import { visibleText } from '../../../shared/visibleText.ts'

/** Markup that is already escaped. */
export interface Fragment {
  readonly markup: string
  toString(): string
}

type Attributes = Readonly<Record<string, string | number>>

/** Colours that stay apart for colour-blind readers (Okabe and Ito), dark enough on white. */
export const colours = {
  lines: ['#0072b2', '#d55e00', '#007a5a', '#b0508c'],
  mark: '#8a6d00',
} as const

export function text(content: string): Fragment {
  return raw(escapeMarkup(content))
}

export function fragment(...children: readonly Fragment[]): Fragment {
  return raw(children.map(({ markup }) => markup).join(''))
}

export function element(name: string, attributes: Attributes, ...children: readonly Fragment[]): Fragment {
  const written = Object.entries(attributes)
    .map(([key, value]) => ` ${key}="${escapeMarkup(typeof value === 'number' ? short(value) : value)}"`)
    .join('')
  if (children.length === 0) return raw(`<${name}${written}/>\n`)
  return raw(`<${name}${written}>${fragment(...children)}</${name}>\n`)
}

function raw(markup: string): Fragment {
  return { markup, toString: () => markup }
}

/** Hundredths of a pixel are enough. */
function short(value: number): string {
  return String(Number(value.toFixed(2)))
}

function escapeMarkup(content: string): string {
  const escaped = content
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    // What is no Char of XML 1.0 (production 2) may not stand in it, not even escaped.
    .replace(/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu, '')
  return visibleText(escaped)
}
