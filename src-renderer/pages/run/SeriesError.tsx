import { ErrorNote } from '../../components/ErrorNote.tsx'

/** What is drawn stays while the host cannot be reached, which the frame tells; a chart with nothing to show says why. */
export function SeriesError({ error, hasData }: { readonly error: unknown; readonly hasData: boolean }) {
  if (error === undefined || hasData) return null
  return <ErrorNote title="The series could not be read" error={error} />
}
