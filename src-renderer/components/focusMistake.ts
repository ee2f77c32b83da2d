/**
 * Brings the focus to a form's first field with a mistake, as a press that leads nowhere ends there. Who has gone elsewhere
 * while it was looked for stays: what is being typed would end up in another field.
 * @param from what had the focus as the button was pressed
 */
export function focusMistake(form: HTMLElement | null, from: Element | null): void {
  const now = document.activeElement
  // A button that is disabled meanwhile leaves the focus to the page.
  if (now !== from && now !== document.body) return
  form?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus()
}
