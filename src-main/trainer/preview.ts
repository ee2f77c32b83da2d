import type { PreviewAnswer, PreviewRequest } from '../../shared/data/preview.ts'
import { lookAt } from '../datasets/preview/index.ts'
import { wholeLook } from '../datasets/preview/look.ts'

/** Looks at all of the data before an import; each preview is told. @throws UserError where nothing can be told */
export async function preview(
  { options, scratch }: PreviewRequest,
  tell: (part: unknown) => void,
): Promise<PreviewAnswer> {
  for await (const each of lookAt(options, wholeLook, scratch)) tell(each)
  return {}
}
