import { steeringCharacters } from '../../shared/visibleText.ts'

/** The text with the replacement character in the place of each character that steers. */
export const withoutControls = (text: string): string => text.replace(steeringCharacters, '\ufffd')
