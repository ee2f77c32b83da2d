import { UserError } from '../../../shared/errors.ts'
import { createSurvey, type Survey } from '../importers/csvColumns.ts'
import type { Place } from '../importers/csvFacts.ts'
import type { CsvRow } from '../importers/csvLayout.ts'
import { createPixelSurvey } from '../importers/pixelRows.ts'
import type { TableLook } from './tableLook.ts'

type AnySurvey = Pick<Survey, 'startFile' | 'add'> & { finish(): unknown }

/** The import's own survey, which stops at the first thing it refuses; here the look goes on. */
export function createTolerantSurvey(options: TableLook, place: Place) {
  let survey = surveyOf(options, place)
  let refusal: string | null = null
  const refuse = (words: string): void => {
    refusal ??= words
    survey = undefined
  }
  const ask = (what: (survey: AnySurvey) => void): void => {
    if (survey === undefined) return
    try {
      what(survey)
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      refuse(error.message)
    }
  }
  return {
    startFile: (name: string) => ask((each) => each.startFile(name)),
    add: (row: CsvRow) => ask((each) => each.add(row)),
    finish: () => ask((each) => void each.finish()),
    refuse,
    refusal: () => refusal,
  }
}

/** None while the class is open: an import is then refused for that alone. */
function surveyOf({ label, as, layout, ...rest }: TableLook, place: Place): AnySurvey | undefined {
  if (label === undefined) return undefined
  const options = { ...rest, label: label.column }
  return as === 'images'
    ? createPixelSurvey({ ...options, ...(layout && { layout }) }, place)
    : createSurvey(options, place)
}
