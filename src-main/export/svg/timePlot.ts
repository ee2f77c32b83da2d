import { extent } from 'd3-array'
import { type ScaleContinuousNumeric, scaleLinear, scaleLog } from 'd3-scale'
import { line as lineThrough } from 'd3-shape'
import { colours, element, type Fragment, fragment, text } from './element.ts'

/** Panels stacked over one time axis, as a standalone SVG picture on a light background. */
export interface TimePlot {
  readonly title: string
  readonly subtitle?: string
  /** What the time axis counts, with its unit: "epoch". */
  readonly xLabel: string
  readonly xDomain: readonly [number, number]
  readonly xScale?: 'linear' | 'log'
  /** Shaded every other one. */
  readonly cycles: readonly { readonly from: number; readonly to: number; readonly label: string }[]
  /** Points in time marked through every panel. */
  readonly marks: readonly number[]
  readonly marksLabel: string
  /** Written beside them in the first panel, one each. */
  readonly markNames?: readonly string[]
  readonly panels: readonly Panel[]
}

export interface Panel {
  /** Quantity and unit: "accuracy (%)". */
  readonly label: string
  readonly scale: 'linear' | 'log'
  readonly lines: readonly Line[]
  readonly height?: number
}

export interface Line {
  readonly name: string
  readonly points: readonly (readonly [number, number])[]
  readonly dashed?: boolean
  /** A dot at each point, for few points. */
  readonly dots?: boolean
}

type Scale = ScaleContinuousNumeric<number, number>

const width = 960
const left = 74
const right = 24
const panelHeight = 150
const panelGap = 34
const ink = '#1f2933'
const faint = '#5f6b7a'

export function drawTimePlot(plot: TimePlot): string {
  const x = (plot.xScale === 'log' ? scaleLog() : scaleLinear())
    .domain([...plot.xDomain])
    .range([left, width - right])
  const head = titles(plot)
  const parts: Fragment[] = [head.drawn]
  let y = head.height
  for (const [i, panel] of plot.panels.entries()) {
    const height = panel.height ?? panelHeight
    parts.push(drawPanel(plot, panel, x, y + 20, height, i === 0))
    y += 20 + height + panelGap
  }
  parts.push(timeAxis(plot, x, y - panelGap))
  const height = y + 22
  return `${element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      width,
      height,
      viewBox: `0 0 ${width} ${height}`,
      role: 'img',
      'aria-label': plot.title,
      'font-family': 'system-ui, "Segoe UI", "Helvetica Neue", Arial, sans-serif',
      'font-size': 12,
      fill: ink,
    },
    element('title', {}, text(plot.title)),
    element('rect', { width, height, fill: '#ffffff' }),
    ...parts,
  )}\n`
}

/** Title and subtitle in as many lines as they need. */
function titles({ title, subtitle }: TimePlot): { drawn: Fragment; height: number } {
  const large = { 'font-size': 17, 'font-weight': 600, fill: ink }
  const lines = [
    ...wrap(title, 17).map((content) => ({ content, look: large, advance: 20 })),
    ...wrap(subtitle ?? '', 13).map((content) => ({
      content,
      look: { 'font-size': 13, fill: faint },
      advance: 18,
    })),
  ]
  let y = 8
  const drawn = lines.map(({ content, look, advance }) => {
    y += advance
    return element('text', { x: left, y, ...look }, text(content))
  })
  return { drawn: fragment(...drawn), height: y + 18 }
}

/** Wider than a letter in any usual font, as a share of the font's size: nothing measures text here. */
const letterWidth = 0.6

/** Breaks at spaces, and inside of a word only where it is longer than a line. */
function wrap(content: string, fontSize: number): string[] {
  const columns = Math.floor((width - left - right) / (letterWidth * fontSize))
  const words = content.split(' ').flatMap((word) => word.match(new RegExp(`.{1,${columns}}`, 'gsu')) ?? [])
  const lines: string[] = []
  for (const word of words) {
    const line = lines.at(-1)
    if (line === undefined || line.length + 1 + word.length > columns) lines.push(word)
    else lines[lines.length - 1] = `${line} ${word}`
  }
  return lines
}

function drawPanel(
  plot: TimePlot,
  panel: Panel,
  x: Scale,
  top: number,
  height: number,
  first: boolean,
): Fragment {
  const y = valueScale(panel).range([top + height, top])
  return fragment(
    shadeCycles(plot, x, top, height),
    gridLines(y, panel.scale),
    ...plot.marks.map((mark) =>
      element('line', {
        x1: x(mark),
        x2: x(mark),
        y1: top,
        y2: top + height,
        stroke: colours.mark,
        'stroke-dasharray': '2 3',
      }),
    ),
    ...panel.lines.map((line, i) => drawLine(line, x, y, colours.lines[i % colours.lines.length] ?? ink)),
    ...(first ? [captionCycles(plot, x, top), nameMarks(plot, x, top, height)] : []),
    element('rect', {
      x: left,
      y: top,
      width: width - left - right,
      height,
      fill: 'none',
      stroke: '#c4ccd4',
    }),
    element('text', { x: left, y: top - 7, 'font-weight': 600 }, text(panel.label)),
    legend(plot, panel, top - 7, first),
  )
}

function valueScale(panel: Panel): Scale {
  const values = panel.lines.flatMap(({ points }) => points.map(([, value]) => value)).filter(Number.isFinite)
  const positive = panel.scale === 'log' ? values.filter((value) => value > 0) : values
  const [least = 0, most = 1] = extent(positive)
  if (panel.scale === 'log')
    return scaleLog()
      .domain([least, Math.max(most, least * 1.001)])
      .nice()
  const from = least > 0 && least < most / 3 ? 0 : least
  // A constant still gets a band to lie in.
  const margin = most > from ? 0.04 * (most - from) : Math.abs(most) * 0.1 || 1
  return scaleLinear()
    .domain([from === 0 ? 0 : from - margin, most + margin])
    .nice()
}

function gridLines(y: Scale, kind: Panel['scale']): Fragment {
  const format = y.tickFormat(5, kind === 'log' ? '~g' : undefined)
  const ticks = y.ticks(5).filter((tick) => format(tick) !== '')
  return fragment(
    ...ticks.flatMap((tick) => [
      element('line', { x1: left, x2: width - right, y1: y(tick), y2: y(tick), stroke: '#e3e8ed' }),
      element(
        'text',
        { x: left - 8, y: y(tick), dy: '0.32em', 'text-anchor': 'end', fill: faint },
        text(format(tick)),
      ),
    ]),
  )
}

function shadeCycles({ cycles }: TimePlot, x: Scale, top: number, height: number): Fragment {
  return fragment(
    ...cycles.map(({ from, to }, i) =>
      element('rect', {
        x: x(from),
        y: top,
        width: Math.max(0, x(to) - x(from)),
        height,
        fill: i % 2 === 0 ? '#eef4fb' : '#ffffff',
      }),
    ),
  )
}

/** Over the curves, with a halo; left out where the cycle is too narrow for it. */
function captionCycles({ cycles }: TimePlot, x: Scale, top: number): Fragment {
  const attributes = {
    y: top + 14,
    'text-anchor': 'middle',
    fill: faint,
    'font-size': 11,
    stroke: '#ffffff',
    'stroke-width': 3,
    'paint-order': 'stroke',
  }
  return fragment(
    ...cycles
      .filter(({ from, to, label }) => x(to) - x(from) > 7 * label.length + 6)
      .map(({ from, to, label }) =>
        element('text', { x: (x(from) + x(to)) / 2, ...attributes }, text(label)),
      ),
  )
}

/** Beside their lines, each lower than the one before, so that near ones do not lie on each other. */
function nameMarks({ marks, markNames = [] }: TimePlot, x: Scale, top: number, height: number): Fragment {
  const step = Math.min(15, height / (markNames.length + 1))
  return fragment(
    ...markNames.map((name, i) => {
      const at = x(marks[i] ?? Number.NaN)
      const fits = at + 7 * name.length < width - right
      return element(
        'text',
        {
          x: at + (fits ? 4 : -4),
          y: top + 14 + step * i,
          'text-anchor': fits ? 'start' : 'end',
          'font-size': 11,
          fill: colours.mark,
          stroke: '#ffffff',
          'stroke-width': 3,
          'paint-order': 'stroke',
        },
        text(name),
      )
    }),
  )
}

function drawLine(line: Line, x: Scale, y: Scale, colour: string): Fragment {
  const drawable = line.points.filter(([, value]) => Number.isFinite(y(value)))
  const path = lineThrough<readonly [number, number]>(
    ([step]) => x(step),
    ([, value]) => y(value),
  ).digits(2)(drawable)
  return fragment(
    element('path', {
      d: path ?? '',
      fill: 'none',
      stroke: colour,
      'stroke-width': 1.8,
      'stroke-linejoin': 'round',
      ...(line.dashed === true && { 'stroke-dasharray': '6 4' }),
    }),
    ...(line.dots === true
      ? drawable.map(([step, value]) =>
          element('circle', { cx: x(step), cy: y(value), r: 2.6, fill: colour }),
        )
      : []),
  )
}

/** Right-aligned over its panel, where there is more than one line; the first panel's also explains the marks. */
function legend(plot: TimePlot, panel: Panel, y: number, first: boolean): Fragment {
  const lines = panel.lines.map((line, i) => ({
    name: line.name,
    colour: colours.lines[i % colours.lines.length] ?? ink,
    dash: line.dashed === true ? '6 4' : 'none',
  }))
  const marks =
    first && plot.marks.length > 0 ? [{ name: plot.marksLabel, colour: colours.mark, dash: '2 3' }] : []
  const entries = [...(lines.length > 1 ? lines : []), ...marks]
  let end = width - right
  const drawn = entries.toReversed().map(({ name, colour, dash }) => {
    const start = end - 12 * letterWidth * name.length
    end = start - 44
    return fragment(
      element('line', {
        x1: start - 28,
        x2: start - 6,
        y1: y - 4,
        y2: y - 4,
        stroke: colour,
        'stroke-width': 2,
        'stroke-dasharray': dash,
      }),
      element('text', { x: start, y, fill: faint }, text(name)),
    )
  })
  return fragment(...drawn)
}

function timeAxis(plot: TimePlot, x: Scale, y: number): Fragment {
  const format = x.tickFormat(10, plot.xScale === 'log' ? '~g' : undefined)
  return fragment(
    ...x
      .ticks(10)
      .filter((tick) => format(tick) !== '')
      .flatMap((tick) => [
        element('line', { x1: x(tick), x2: x(tick), y1: y, y2: y + 5, stroke: faint }),
        element('text', { x: x(tick), y: y + 18, 'text-anchor': 'middle', fill: faint }, text(format(tick))),
      ]),
    element(
      'text',
      { x: width - right, y: y + 36, 'text-anchor': 'end', 'font-weight': 600 },
      text(plot.xLabel),
    ),
  )
}
