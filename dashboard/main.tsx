/** The dashboard: a page over the API for the people who run lines. Starts when its script is loaded. */
import { render } from 'preact'
import { App } from './app.tsx'
import './styles/base.css'
import './styles/frame.css'
import './styles/parts.css'
import './styles/chats.css'
import './styles/more.css'

const place = document.getElementById('app')
if (place) render(<App />, place)
