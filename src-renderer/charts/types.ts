/** One line of a chart. */
export interface ChartSeries {
  readonly id: string
  /** The entry of the page's legend that stands for it, by default its id. */
  readonly entry?: string
  /** As it stands in the legend. */
  readonly label: string
  /** A CSS colour; by default the palette's colour of this series' place. */
  readonly color?: string
  /** The second channel beside colour: an SVG dash pattern. */
  readonly dash?: string
  readonly x: readonly number[]
  /** null: not finite, drawn as a gap. */
  readonly y: readonly (number | null)[]
  /** Drawn as unconnected dots. */
  readonly dots?: boolean
  /** Measured seldom: a dot at each value as long as there are not too many. */
  readonly marked?: boolean
  /** The values behind a smoothed line: thin, pale, and not in the legend. */
  readonly faint?: boolean
  /** What is to come: its last value is not the present one, so the legend has values of it at the cursor only. */
  readonly ahead?: boolean
  /** Not drawn, but still in the legend. */
  readonly hidden?: boolean
}

/** A point that is never sampled away: a snapshot, the best epoch, a cut of the rate or an edit of the plan. */
export interface ChartMark {
  readonly x: number
  readonly y: number
  readonly label: string
  readonly kind: 'snapshot' | 'best' | 'now' | 'change'
}

/** A shaded stretch of the x axis: every second cycle. */
export interface ChartBand {
  readonly from: number
  readonly to: number
}

export type ChartFrame = 'signal' | 'all'

export interface ChartAxis {
  /** With its unit, as it stands at the axis. */
  readonly label: string
  /** In the heads of a table, where the label does not name it. */
  readonly unit?: string
  readonly scale?: 'linear' | 'log'
  /** By default framed by the data; of a y axis with `frame`, what it spans until all values are asked for. */
  readonly domain?: readonly [number, number]
  readonly format?: (value: number) => string
  /** Writes the ticks of one axis alike; by default each by `format`. */
  readonly tick?: (ticks: readonly number[]) => (value: number) => string
  /** Values are shares in 0..1, told in percent. */
  readonly share?: boolean
  /** signal: framed by its typical values, with marks where others lie outside; by default by all of them. */
  readonly frame?: ChartFrame
  /** Where no value could be better: 0 for a loss, 1 for an accuracy. Lines many times further from it have diverged. */
  readonly origin?: number
  /** Ticks at whole numbers only (epochs, ensemble sizes). */
  readonly whole?: boolean
  /** A tick at the axis' end too, whatever number that is: the budget. */
  readonly ticksEnd?: boolean
}

export interface LineChartProps {
  readonly title: string
  readonly series: readonly ChartSeries[]
  readonly x: ChartAxis
  readonly y: ChartAxis
  readonly height: number
  readonly marks?: readonly ChartMark[]
  readonly bands?: readonly ChartBand[]
  /** Charts of one group share the cursor. */
  readonly group?: string
  /** Called with x values when the user drags over the chart; a double click calls it with undefined. */
  readonly onZoom?: (window: readonly [number, number] | undefined) => void
  /** A horizontal line to compare with, e.g. the best snapshot. */
  readonly reference?: { readonly y: number; readonly label: string }
  /** Offers the switch to a log y axis. */
  readonly canLog?: boolean
  /** Where the page keeps that switch; by default the chart does, from `y.scale` on. */
  readonly onScale?: (scale: 'linear' | 'log') => void
  /** What the head tells of the lines: names and values, or the values alone where the page has one legend, or nothing. */
  readonly legend?: 'names' | 'values' | 'none'
  /** A place on the x axis in words, for the cursor; by default by the axis' own format. */
  readonly placeWords?: (x: number) => string
}
