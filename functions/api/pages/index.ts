/** What is looked at by people and watchers: health, the reference and its document, the first page. */
import { health } from '../health.ts'
import { documentPage } from './document.ts'
import { reference } from './reference.ts'
import { welcome } from './welcome.ts'

export const pages = [health, documentPage, reference, welcome]
