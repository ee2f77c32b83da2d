/** Keeps what a door serves at an address as a file, under the name the door gives it. */
export function download(url: string): void {
  const link = document.createElement('a')
  link.href = url
  link.download = ''
  link.click()
}
