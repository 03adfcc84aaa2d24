/**
 * What a person with a screen reader or a keyboard would stumble over: controls and pictures without a name, fields
 * without a label, no heading or several of the first level, ids twice, tables without headers, text that is too pale.
 * Done by hand after the first rules of WCAG 2.2.
 */
import type { Page } from 'playwright-core'

type Fault = string

export const accessibilityFaults = async (page: Page): Promise<Fault[]> => [
  ...(await page.evaluate(structure)),
  ...(await page.evaluate(paleness)),
]

/** Runs in the page, so it uses nothing from here. */
function structure(): Fault[] {
  const faults: Fault[] = []
  const seen = (element: Element) => element.checkVisibility({ visibilityProperty: true })
  const all = (selector: string) => [...document.querySelectorAll(selector)].filter(seen)
  const called = (element: Element) =>
    `<${element.localName} class="${element.className}"> ${(element.textContent ?? '').slice(0, 40)}`
  const textOf = (ids: string | null) =>
    (ids ?? '')
      .split(' ')
      .map((id) => document.getElementById(id)?.textContent ?? '')
      .join('')
  const nameOf = (element: Element) =>
    (element.getAttribute('aria-label') ?? '') ||
    textOf(element.getAttribute('aria-labelledby')) ||
    [...((element as HTMLInputElement).labels ?? [])].map((label) => label.textContent).join('') ||
    (element.getAttribute('alt') ?? '') ||
    (element.textContent ?? '')

  if (document.documentElement.lang !== 'en') faults.push('the page has no language')
  if (!document.title.includes('Linekeeper')) faults.push('the page has no title')
  if (all('h1').length !== 1) faults.push(`${all('h1').length} headings of the first level`)
  if (all('main').length !== 1) faults.push(`${all('main').length} main parts`)
  for (const element of all('a[href], button, summary, [role=log], [role=img], dialog, section, nav'))
    if (!nameOf(element).trim()) faults.push(`no name: ${called(element)}`)
  for (const element of all('input, select, textarea'))
    if ((element as HTMLInputElement).labels?.length === 0) faults.push(`no label: ${called(element)}`)
  for (const element of all('img')) if (!element.hasAttribute('alt')) faults.push('a picture without alt')
  for (const element of all('table'))
    if (!element.querySelector('th[scope=col]')) faults.push('a table without headers')
  const ids = [...document.querySelectorAll('[id]')].map(({ id }) => id)
  for (const id of new Set(ids.filter((id, index) => ids.indexOf(id) !== index)))
    faults.push(`id twice: ${id}`)
  const levels = all('h1, h2, h3, h4').map(({ localName }) => Number(localName[1]))
  if (levels.some((level, index) => level - (levels[index - 1] ?? 1) > 1))
    faults.push('a heading level is skipped')
  return faults
}

/** Text whose contrast is below 4.5 to 1. Runs in the page as well. */
function paleness(): Fault[] {
  const faults: Fault[] = []
  const all = [...document.querySelectorAll('body *')]
  const called = (element: Element) => `<${element.localName}> ${(element.textContent ?? '').slice(0, 40)}`
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true })
  const paint = (colors: string[]): number[] => {
    if (!canvas) return [0, 0, 0]
    canvas.fillStyle = matchMedia('(prefers-color-scheme: dark)').matches ? '#000' : '#fff'
    canvas.fillRect(0, 0, 1, 1)
    for (const color of colors) {
      canvas.fillStyle = color
      canvas.fillRect(0, 0, 1, 1)
    }
    return [...canvas.getImageData(0, 0, 1, 1).data.slice(0, 3)]
  }
  const light = (rgb: number[]) => {
    const [r = 0, g = 0, b = 0] = rgb.map((value) => {
      const part = value / 255
      return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
    })
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }
  for (const element of all.filter((one) => one.checkVisibility({ visibilityProperty: true }))) {
    const says = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent?.trim())
    if (!says || element.closest('[aria-disabled=true], .hidden, dialog:not([open]), option, noscript'))
      continue
    const grounds: string[] = []
    for (let one: Element | null = element; one; one = one.parentElement)
      grounds.unshift(getComputedStyle(one).backgroundColor)
    const ground = light(paint(grounds))
    const text = light(paint([...grounds, getComputedStyle(element).color]))
    const contrast = (Math.max(ground, text) + 0.05) / (Math.min(ground, text) + 0.05)
    if (contrast < 4.5) faults.push(`contrast ${contrast.toFixed(1)}: ${called(element)}`)
  }
  return faults
}
