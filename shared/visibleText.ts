/**
 * Control characters, which steer a terminal, and those that turn the direction of text around: what stands on the screen
 * would not be what is stored. With them the separators that some programs take for line ends; line ends and tabs are none.
 */
const steeringCharacters = /(?![\t\n\r])\p{Cc}|[\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu

const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`

/** Text from users and files for a person's eyes: characters that steer are shown by their number, as "\u202e". */
export function visibleText(text: string): string {
  return text.replace(steeringCharacters, escaped)
}

/** JSON in which the same characters, which can stand in its strings only, are escaped; it means the same. */
export function visibleJson(json: string): string {
  return json.replace(steeringCharacters, escaped)
}
