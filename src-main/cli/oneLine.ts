import { visibleText } from '../../shared/visibleText.ts'

/** Text from files and users as one line that cannot steer a terminal. */
export function oneLine(text: string): string {
  return visibleText(text.replace(/\s+/g, ' ').trim())
}
